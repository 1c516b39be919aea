// Package mysql reads statements of the MySQL family into the changes that
// they make. It is the only package that knows the TiDB parser.
//
// A statement goes through at most four readings: the TiDB parser; the parser
// again after a rewrite of what it does not know but servers do; each clause of
// an ALTER or CREATE TABLE by itself; and last its tokens, which tell a DROP
// from an ADD when nothing else does. What none of them reads is an Opaque
// change, never silence.
package mysql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pingcap/tidb/pkg/parser"
	"github.com/pingcap/tidb/pkg/parser/ast"
	tidb "github.com/pingcap/tidb/pkg/parser/mysql"
	_ "github.com/pingcap/tidb/pkg/parser/test_driver" // the literals of the syntax tree

	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// maxParsed is the size in bytes above which the rows of an INSERT behind the
// first are left out before it is parsed: they say nothing of the schema, and
// the parser allocates 35 times what it reads.
const maxParsed = 1 << 10

// maxBuffer is the number of tokens that a reader keeps room for.
const maxBuffer = 4 << 10

// A Reader reads the statements of migrations in the order in which they run:
// it remembers what user variables hold. It is not safe for concurrent use.
type Reader struct {
	server *server.Server
	parser *parser.Parser
	buffer []sqltext.Token
	session
}

// NewReader returns a reader for statements that the server will run.
func NewReader(s *server.Server) *Reader {
	return &Reader{server: s, parser: parser.New()}
}

// Method says how a statement was read.
type Method uint8

// The methods, best first.
const (
	Parsed     Method = iota // by the parser
	Rewritten                // by the parser, after the rewrite
	Classified               // by its tokens, at least in part
	Dark                     // not at all
)

func (m Method) String() string {
	return [...]string{"parsed", "rewritten", "classified", "dark"}[m]
}

// A Result is what a statement does.
type Result struct {
	Changes []schema.Change // at least one
	Method  Method
}

// Read returns the changes that st makes.
func (r *Reader) Read(st *sqltext.Statement) Result {
	s := newStatement(st, r.server, r.buffer)
	defer func() { r.buffer = s.buffer }()
	res := r.read(s)
	res.Changes = r.reveal(s, res.Changes)
	return res
}

func (r *Reader) read(s *statement) Result {
	if s.source.Problem != nil {
		return r.broken(s)
	}
	node, err := r.parse(s.text, s.mode)
	if err != nil && len(s.tokens()) == 0 { // a versioned comment for another server
		return Result{Changes: []schema.Change{s.neutral()}}
	}
	if err == nil {
		return Result{Changes: s.convert(node)}
	}
	failed := s.parseError(err)
	if s.rewrite() {
		if node, err = r.parse(s.text, s.mode); err == nil {
			return Result{Changes: s.convert(node), Method: Rewritten}
		}
		failed = s.parseError(err)
	}
	return s.result(s.withRest(r.classify(s, failed), failed))
}

// withRest adds what was not understood to changes that the tokens told only in
// part: a missing semicolon must not swallow the statement behind it.
func (s *statement) withRest(changes []schema.Change, failed *schema.Opaque) []schema.Change {
	partly := false
	for _, c := range changes {
		if o, dark := c.(*schema.Opaque); dark && o.Kind == schema.Unparsed {
			return changes
		}
		_, neutral := c.(*schema.Neutral)
		partly = partly || c.Base().Tokens || neutral && s.knownHead()
	}
	if partly {
		failed.Drops = s.dropIn(s.tokenAt(s.offsetOf(failed)), len(s.toks), changes...)
		changes = append(changes, failed)
	}
	return changes
}

// knownHead says whether the parser knows statements that begin like this one,
// so that it stumbled over what comes later.
func (s *statement) knownHead() bool {
	return s.is(0, "SELECT", "WITH", "SET", "COMMIT", "ROLLBACK", "LOCK", "UNLOCK", "USE", "GRANT", "REVOKE", "BEGIN", "START",
		"ANALYZE", "OPTIMIZE", "FLUSH", "SHOW", "CALL", "DO", "DEALLOCATE") && !s.seq(0, "BEGIN", "NOT")
}

// broken reads a statement with a quote, comment or BEGIN that never ends: what
// its tokens tell, and that there may be more.
func (r *Reader) broken(s *statement) Result {
	p := s.source.Problem
	opaque := s.opaque(schema.Unparsed, p.Message, p.Offset-s.source.Start)
	changes := r.classify(s, opaque)
	if !slices.Contains(changes, schema.Change(opaque)) {
		changes = append(changes, opaque)
	}
	return s.result(changes)
}

func (s *statement) result(changes []schema.Change) Result {
	for _, c := range changes {
		if o, ok := c.(*schema.Opaque); !ok || o.Kind != schema.Unparsed {
			return Result{Changes: changes, Method: Classified}
		}
	}
	return Result{Changes: changes, Method: Dark}
}

// parse parses one statement. The nodes of a parse are fresh, but the slice
// that holds them is used again by the next.
func (r *Reader) parse(text string, mode sqltext.Mode) (node ast.StmtNode, err error) {
	defer func() {
		if p := recover(); p != nil {
			r.parser = parser.New()
			node, err = nil, fmt.Errorf("the parser gave up: %v", p)
		}
	}()
	var m tidb.SQLMode
	if mode&sqltext.ANSIQuotes != 0 {
		m |= tidb.ModeANSIQuotes
	}
	if mode&sqltext.NoBackslashEscapes != 0 {
		m |= tidb.ModeNoBackslashEscapes
	}
	r.parser.SetSQLMode(m)
	nodes, _, err := r.parser.Parse(text, "", "")
	if err != nil {
		return nil, err
	}
	if len(nodes) != 1 {
		return nil, fmt.Errorf("%d statements where one was expected", len(nodes))
	}
	return nodes[0], nil
}

// parseError turns an error of the parser into an Opaque change at the first
// token that it did not understand: its message ends in `near "…"`, the rest
// of the text from that token on.
func (s *statement) parseError(err error) *schema.Opaque {
	message := err.Error()
	at := 0
	if i := strings.Index(message, `near "`); i >= 0 {
		at = s.suffixOffset(message[i+len(`near "`):])
	}
	token := ""
	for _, t := range s.tokens() {
		if t.Start >= at {
			at, token = t.Start, s.text[t.Start:t.End]
			break
		}
	}
	why := "it could not be parsed"
	switch {
	case token != "":
		why = "it could not be parsed: unexpected " + quoteToken(token)
	case strings.Contains(message, "near"):
		why = "it could not be parsed: it ends too early"
		at = max(len(strings.TrimRight(s.text, " \t\r\n"))-1, 0)
	}
	if !strings.Contains(message, "near") {
		why = "it could not be parsed: " + firstLine(message)
		at = 0
	}
	return s.opaque(schema.Unparsed, why, at)
}

// suffixOffset returns where in the text the parser's quotation begins.
func (s *statement) suffixOffset(near string) int {
	if i := strings.LastIndex(near, "(total length "); i >= 0 {
		n := 0
		if _, err := fmt.Sscanf(near[i:], "(total length %d)", &n); err == nil && n <= len(s.text) {
			return len(s.text) - n
		}
	}
	if i := strings.LastIndexByte(near, '"'); i >= 0 {
		near = near[:i]
	}
	if strings.HasSuffix(s.text, near) {
		return len(s.text) - len(near)
	}
	return 0
}

func quoteToken(t string) string {
	const most = 40
	t = firstLine(t)
	if len(t) > most {
		t = t[:most] + "…"
	}
	return "`" + t + "`"
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.TrimSpace(line)
}
