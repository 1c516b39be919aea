package release

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
)

// objects reads git's objects by one process, which starts with the first that is asked for.
type objects struct {
	ctx context.Context // of the process
	dir string

	mu   sync.Mutex
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	dead error // the process and its answers are out of step
}

func newObjects(ctx context.Context, dir string) *objects { return &objects{ctx: ctx, dir: dir} }

// errMissing says that a clone does not hold an object.
var errMissing = errors.New("the object is not in this clone")

// read returns the content of an object.
func (o *objects) read(id string) ([]byte, error) {
	_, data, err := o.get(id)
	return data, err
}

// resolve returns the object that an expression names.
func (o *objects) resolve(expr string) (string, error) {
	id, _, err := o.get(expr)
	return id, err
}

// get returns the object that an expression names, and its content.
func (o *objects) get(expr string) (string, []byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.dead != nil {
		return "", nil, o.dead
	}
	if o.cmd == nil {
		if err := o.start(); err != nil {
			return "", nil, fmt.Errorf("starting git cat-file: %w", err)
		}
	}
	id, data, err := o.ask(expr)
	if err != nil && !errors.Is(err, errMissing) {
		o.dead = err
	}
	return id, data, err
}

func (o *objects) start() error {
	cmd := command(o.ctx, o.dir, "cat-file", "--batch")
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	o.cmd, o.in, o.out = cmd, in, bufio.NewReaderSize(out, 64<<10)
	return nil
}

// ask reads an answer: a line "ID TYPE SIZE", the content, and a newline; or the
// question and why there is none.
func (o *objects) ask(expr string) (id string, data []byte, err error) {
	if _, err := io.WriteString(o.in, expr+"\n"); err != nil {
		return "", nil, fmt.Errorf("asking git for object %s: %w", expr, err)
	}
	header, err := o.out.ReadString('\n')
	if err != nil {
		return "", nil, fmt.Errorf("reading object %s from git: %w", expr, err)
	}
	if header == expr+" missing\n" || header == expr+" ambiguous\n" {
		return "", nil, fmt.Errorf("%s: %w", expr, errMissing)
	}
	words, size := strings.Fields(header), -1
	if len(words) == 3 {
		size, err = strconv.Atoi(words[2])
	}
	if err != nil || size < 0 {
		return "", nil, fmt.Errorf("reading object %s from git: it answers %q", expr, header)
	}
	data = make([]byte, size)
	if _, err := io.ReadFull(o.out, data); err != nil {
		return "", nil, fmt.Errorf("reading object %s from git: %w", expr, err)
	}
	if _, err := o.out.Discard(1); err != nil {
		return "", nil, fmt.Errorf("reading object %s from git: %w", expr, err)
	}
	return words[0], data, nil
}

func (o *objects) close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.cmd == nil {
		return nil
	}
	cmd := o.cmd
	o.cmd = nil
	if err := o.in.Close(); err != nil {
		return fmt.Errorf("ending git cat-file: %w", err)
	}
	if err := cmd.Wait(); err != nil && o.ctx.Err() == nil {
		return fmt.Errorf("ending git cat-file: %w", err)
	}
	return nil
}
