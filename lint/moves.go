package lint

import (
	"context"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/sqltext"
	"github.com/expandcheck/expandcheck/rules"
)

// A record is what the replay did, for finding moves.
type record struct {
	events  []move.Event
	release int // number of the one that runs; each deployed migration is one
	// pending are the releases that are judged, without those of routines that
	// nobody calls: the last of them have the last numbers.
	pending []*rules.Release
	// spans are the events of the statements with directives: first and last.
	spans map[*migration.Statement][2]int
	moves map[*rules.Release][]*move.Move
	// problems say by their positions why directives declare no move.
	problems map[schema.Position]string
	// unwritten are the columns that code reads and nothing writes, for the release
	// that the code belongs to.
	unwritten map[*rules.Release][]*move.Unwritten
}

func (r *record) add(step rules.Step, e schema.Effect) {
	switch step.Change.(type) {
	case *schema.CreateTrigger, *schema.DropTrigger:
	default:
		if _, on := schema.TableName(step.Change); !on {
			return
		}
	}
	if step.Statement != nil && len(step.Statement.Directives) > 0 {
		if r.spans == nil {
			r.spans = map[*migration.Statement][2]int{}
		}
		span, seen := r.spans[step.Statement]
		if !seen {
			span[0] = len(r.events)
		}
		span[1] = len(r.events)
		r.spans[step.Statement] = span
	}
	r.events = append(r.events, move.Event{Change: step.Change, Effect: e, Release: r.release})
}

// foresee finds the moves as far as the migrations tell of them, and says whether one
// is in flight.
func (d *Database) foresee(cfg Config) bool {
	if cfg.usesOnly || !d.readsCode(cfg) {
		return false
	}
	d.findMoves(cfg)
	d.inFlight = slices.ContainsFunc(d.moves, (*move.Move).InFlight)
	return d.inFlight
}

// configured gives each database the moves of the configuration whose tables it has;
// of tables that none has, all may know.
func (s *State) configured() {
	for _, m := range s.cfg.Moves {
		names := slices.Concat(m.From, m.To)
		has := func(d *Database) bool {
			return slices.ContainsFunc(names, func(name string) bool { return d.makes(move.ParseObject(name).Table) })
		}
		everybody := !slices.ContainsFunc(s.Databases, has)
		for _, d := range s.Databases {
			if everybody || has(d) {
				d.configured = append(d.configured, m)
			}
		}
	}
}

// makes says whether the migrations make a table, or made it once.
func (d *Database) makes(n schema.Name) bool {
	t := catalog{d.Schema, d.gone}.Table(n)
	return t != nil && !t.Unknown
}

func (d *Database) readsCode(cfg Config) bool { return !cfg.NoCode && d.Directory.Path != "-" }

// follow reads the code and finds the moves. Who calls whom, and who uses the fields
// that columns are mapped to, is found out only where a move is in flight: where a
// writer seems to forget the other side, or rows are loaded or saved as a whole, all
// callers may have a part in it.
func (d *Database) follow(ctx context.Context, cfg Config) error {
	if cfg.usesOnly {
		return d.readCode(ctx, cfg)
	}
	if d.readsCode(cfg) {
		if err := d.readCode(ctx, cfg); err != nil {
			return err
		}
	}
	d.findMoves(cfg)
	apart := func(pending bool) bool {
		return slices.ContainsFunc(d.moves, func(m *move.Move) bool { return m.Apart(pending) })
	}
	d.further.base = further{apart(false), move.Fields(d.moves, d.BaseUses)}
	d.further.head = further{apart(true) || d.read.base == nil && apart(false), move.Fields(d.moves, d.HeadUses)}
	before := d.read
	if d.further.base.any() || d.further.head.any() {
		if err := d.readCode(ctx, cfg); err != nil {
			return err
		}
		if d.read != before {
			d.findMoves(cfg)
		}
	}
	told, err := d.askOrder(ctx, cfg)
	if err != nil || !told {
		return err
	}
	d.findMoves(cfg)
	return nil
}

// findMoves finds the moves, as they stand after all that is pending, and as each
// pending release meets them.
func (d *Database) findMoves(cfg Config) {
	in := d.moveInput(cfg)
	r := &d.record
	deployed := r.release - len(r.pending)
	r.moves, r.unwritten, r.problems = map[*rules.Release][]*move.Move{}, map[*rules.Release][]*move.Unwritten{}, map[schema.Position]string{}
	for _, p := range move.Problems(in) {
		r.problems[p.Pos] = p.Message
	}
	if n := len(r.pending); n > 0 && !d.entry.Shared {
		r.unwritten[r.pending[n-1]] = move.FindUnwritten(in)
	}
	if d.oneRelease(cfg) {
		in.Pending = deployed + 1
		d.moves = move.Find(in)
		for _, release := range r.pending {
			r.moves[release] = d.moves
		}
		return
	}
	in.Pending = r.release + 1
	d.moves = move.Find(in)
	judged := slices.DeleteFunc(slices.Clone(d.moves), func(m *move.Move) bool { return m.Candidate })
	for i, release := range r.pending {
		number, last := deployed+i+1, i == len(r.pending)-1
		if !slices.ContainsFunc(judged, func(m *move.Move) bool { return last || m.Meets(number) }) {
			continue
		}
		r.moves[release] = move.Find(upTo(in, number, last))
	}
}

// upTo returns what was known when a release was pending. The code was written
// for the last one.
func upTo(in move.Input, release int, last bool) move.Input {
	end, _ := slices.BinarySearchFunc(in.Events, release+1, func(e move.Event, n int) int { return e.Release - n })
	in.Pending, in.Events = release, in.Events[:end]
	in.Declared = slices.DeleteFunc(slices.Clone(in.Declared), func(c move.Declaration) bool { return c.Last >= end })
	if !last {
		in.Base, in.Head = nil, nil
	}
	return in
}

func (d *Database) moveInput(cfg Config) move.Input {
	in := move.Input{Events: d.record.events, Base: d.usesBefore(), Head: d.HeadUses, Flags: cfg.Flags, BaseFlags: cfg.deployedFlags, Tombstones: cfg.Tombstone, Order: d.order}
	for _, m := range d.Directory.Migrations {
		for i := range m.Up {
			st := &m.Up[i]
			for _, dir := range st.Directives {
				d.declare(&in, st, dir)
			}
		}
		for _, dir := range m.FileDirectives {
			if dir.Name == "backfilled" {
				in.Backfilled = append(in.Backfilled, move.Filled{To: dir.Args, Pos: directivePosition(dir.File, dir.Directive), Reason: dir.Reason})
			}
		}
	}
	for _, m := range d.configured {
		at := schema.Position{File: cfg.File, Line: m.Line, Column: 1, EndLine: m.Line, EndColumn: 1}
		in.Declared = append(in.Declared, move.Declaration{From: m.From, To: m.To, First: -1, Last: -1, Source: move.Config, Pos: at})
		if m.Backfilled {
			in.Backfilled = append(in.Backfilled, move.Filled{To: m.To, Pos: at})
		}
	}
	return in
}

// declare reads a directive above a statement.
func (d *Database) declare(in *move.Input, st *migration.Statement, dir sqltext.Directive) {
	at := directivePosition(st.File, dir)
	switch dir.Name {
	case "backfilled":
		in.Backfilled = append(in.Backfilled, move.Filled{To: dir.Args, Pos: at, Reason: dir.Reason})
	case "replaces":
		span, ran := d.record.spans[st]
		if !ran {
			return
		}
		old, with, named := strings.Cut(strings.Join(dir.Args, ","), " with ")
		c := move.Declaration{From: strings.Split(old, ","), First: span[0], Last: span[1], Source: move.Directive, Pos: at}
		if named {
			c.To = strings.Split(with, ",")
		}
		in.Declared = append(in.Declared, c)
	}
}

func directivePosition(f *sqltext.File, dir sqltext.Directive) schema.Position {
	p := f.Position(dir.Offset)
	return schema.Position{File: f.Name, Line: p.Line, Column: p.Column, EndLine: p.Line, EndColumn: p.Column + 1}
}
