package gosrc

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"sync"
)

// MadeByEnt says whether ent generated a file: its code is the library, and large.
func (s *Scan) MadeByEnt(name string, text []byte) bool {
	return saysEnt(text) || slices.ContainsFunc(s.unmarked(), func(c unmarkedClient) bool { return c.has(name, text) })
}

// saysEnt says whether a file says of itself that ent generated it.
func saysEnt(text []byte) bool {
	if !bytes.Contains(text[:min(len(text), longestHeader)], []byte(" DO NOT EDIT.")) {
		return false
	}
	return header(text, func(line []byte) bool {
		return bytes.HasPrefix(line, []byte("// Code generated ")) && (bytes.Contains(line, []byte("by ent,")) || bytes.Contains(line, []byte("by entc,")))
	})
}

const longestHeader = 4096 // bytes of comments above the package clause

// An unmarkedClient is a client of ent whose files have a header of one's own.
type unmarkedClient struct {
	dir     string
	head    []byte          // above the package clause
	folders map[string]bool // below it
}

// unmarked are such clients of the tree.
func (s *Scan) unmarked() []unmarkedClient {
	if s.clients == nil {
		return nil
	}
	s.clients.once.Do(func() {
		for _, f := range s.Files {
			if path.Base(f.Name) != "client.go" || !bytes.Contains(f.Text, []byte("*migrate.Schema")) || saysEnt(f.Text) {
				continue
			}
			c := unmarkedClient{dir: path.Dir(f.Name), head: headOf(f.Text), folders: map[string]bool{}}
			for _, other := range s.Files {
				if dir := path.Dir(other.Name); path.Dir(dir) == c.dir {
					c.folders[path.Base(dir)] = true
				}
			}
			s.clients.found = append(s.clients.found, c)
		}
	})
	return s.clients.found
}

// unmarkedClients are found when somebody asks.
type unmarkedClients struct {
	once  sync.Once
	found []unmarkedClient
}

func headOf(text []byte) []byte {
	head, _, _ := bytes.Cut(text, []byte("\npackage "))
	return head
}

// has says whether a file is one that ent generates with the client, by its header and
// its name.
func (c unmarkedClient) has(name string, text []byte) bool {
	dir, base := path.Dir(name), strings.TrimSuffix(path.Base(name), ".go")
	if !bytes.Equal(headOf(text), c.head) {
		return false
	}
	if dir != c.dir {
		return path.Dir(dir) == c.dir && path.Base(dir) != "schema"
	}
	switch base {
	case "client", "config", "context", "ent", "entql", "mutation", "runtime", "tx":
		return true
	}
	for _, suffix := range [...]string{"_create", "_delete", "_query", "_update"} {
		base = strings.TrimSuffix(base, suffix)
	}
	return c.folders[base]
}
