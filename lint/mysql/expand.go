package mysql

import (
	"strconv"
	"strings"

	"github.com/expandcheck/expandcheck/lint/server"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// expandVersioned blanks the marks of the versioned comments that the server
// runs, and the whole of those that it does not: the parser runs all of them,
// whatever their version, and reads five digits of it at most.
func expandVersioned(text string, mode sqltext.Mode, srv *server.Server) string {
	out := []byte(text)
	lx := sqltext.NewLexer(text, 0, len(text), mode)
	open, run := -1, false
	for {
		t := lx.Next()
		switch t.Kind {
		case sqltext.EOF:
			if open >= 0 && !run {
				blank(out, open, len(out))
			}
			return string(out)
		case sqltext.VersionOpen:
			open, run = t.Start, runs(text[t.Start:t.End], srv)
			blank(out, t.Start, t.End)
		case sqltext.VersionClose:
			if run {
				open = t.Start
			}
			blank(out, max(open, 0), t.End)
			open = -1
		case sqltext.Comment:
			// a comment inside of a versioned one would end it for the parser
			blank(out, t.Start, t.End)
		}
	}
}

// runs says whether the server runs what follows the mark /*!80000, /*M!100301 or /*T![feature].
func runs(mark string, srv *server.Server) bool {
	switch mark[2] {
	case 'T':
		return srv.Family == server.TiDB
	case 'M':
		version, _ := strconv.Atoi(mark[4:])
		return srv.RunsVersionedComment(version, true)
	}
	digits := strings.TrimLeft(mark[3:], "0")
	version, _ := strconv.Atoi(digits)
	return srv.RunsVersionedComment(version, false)
}

func blank(b []byte, from, to int) {
	for i := from; i < to && i < len(b); i++ {
		if b[i] != '\n' {
			b[i] = ' '
		}
	}
}
