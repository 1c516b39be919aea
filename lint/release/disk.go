package release

import (
	"io/fs"
	"os"
	"path"
	"sync"
)

// A rootFS is what os.Root gives.
type rootFS interface {
	fs.ReadDirFS
	fs.ReadFileFS
	fs.ReadLinkFS
	fs.StatFS
}

// disk is a folder on disk. It keeps the folder of the file that was read last open:
// os.Root opens every folder on the way to a file, and files are read folder by folder.
type disk struct {
	rootFS
	root *os.Root

	mu     sync.Mutex
	folder string
	opened *os.Root // nil when folder cannot be opened
}

func newDisk(root *os.Root) fs.FS {
	whole, ok := root.FS().(rootFS)
	if !ok {
		return root.FS()
	}
	return &disk{rootFS: whole, root: root}
}

// ReadFile reads a file from its folder. What cannot be read so, such as a link that
// leads out of the folder, is left to the root, as is every error.
func (d *disk) ReadFile(name string) ([]byte, error) {
	folder, base := path.Split(name)
	if folder != "" && fs.ValidPath(name) {
		if in := d.in(path.Clean(folder)); in != nil {
			if data, err := in.ReadFile(base); err == nil {
				return data, nil
			}
		}
	}
	return d.rootFS.ReadFile(name)
}

// in returns a folder, which another goroutine may close.
func (d *disk) in(folder string) *os.Root {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.folder == folder {
		return d.opened
	}
	if d.opened != nil {
		_ = d.opened.Close() // nothing was written
	}
	d.folder = folder
	d.opened, _ = d.root.OpenRoot(folder) // the root says what is wrong
	return d.opened
}
