package lint

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/release"
)

// A past is the history of what is deployed; nil where git was not asked.
type past struct {
	*release.Release
	repository *release.Repository
}

// sameCode says whether the code of two commits does the same: no Go file differs,
// nor a flag in the configuration.
func (p *past) sameCode(ctx context.Context, a, b string) (bool, error) {
	return p.repository.Same(ctx, a, b, "*.go", "go.mod", "**/go.mod", "**/"+ConfigFile, ConfigFile)
}

// askOrder asks git of each deployed backfill of a move in flight whether the code
// wrote both sides when it was added. It says whether git knew of any.
func (d *Database) askOrder(ctx context.Context, cfg Config) (bool, error) {
	if d.past == nil {
		return false, nil
	}
	in := d.moveInput(cfg)
	in.Pending = d.record.release - len(d.record.pending) + 1
	for _, m := range d.moves {
		if m.Base == nil || !m.InFlight() {
			continue
		}
		for _, b := range m.Backfills {
			if b.Pending || !b.Counts() || b.Order != move.NotKnown {
				continue
			}
			answer, err := d.orderOf(ctx, cfg, in, m, b)
			if err != nil {
				return false, fmt.Errorf("%s:%d: when this backfill ran: %w", b.Pos.File, b.Pos.Line, err)
			}
			if answer == move.NotKnown {
				continue
			}
			if d.order == nil {
				d.order = map[move.Run]move.Answer{}
			}
			d.order[m.Run(b)] = answer
		}
	}
	return d.order != nil, nil
}

// orderOf holds the commit that added a backfill against the writers before it.
func (d *Database) orderOf(ctx context.Context, cfg Config, in move.Input, m *move.Move, b *move.Backfill) (move.Answer, error) {
	added, before, err := d.past.Added(ctx, d.formerName(cfg, b.Pos.File), b.Function)
	if err != nil || added == "" {
		return move.NotKnown, err
	}
	if b.Event != nil {
		in.Pending = b.Event.Release
	}
	answer, err := d.doubledAt(ctx, cfg, in, m, before)
	if err != nil || answer != move.No {
		return answer, err
	}
	switch same, err := d.past.sameCode(ctx, before, added); {
	case err != nil:
		return move.NotKnown, err
	case same:
		return move.No, nil
	}
	if with, err := d.doubledAt(ctx, cfg, in, m, added); err != nil || with != move.No {
		return move.NotKnown, err // one commit brought both
	}
	return move.No, nil
}

// formerName returns the name that a file has in what is deployed.
func (d *Database) formerName(cfg Config, file string) string {
	if _, err := fs.Stat(cfg.Deployed, file); err == nil || d.base == nil {
		return file
	}
	if rest, ok := strings.CutPrefix(file, d.Directory.Path+"/"); ok {
		return path.Join(d.base.Path, rest)
	}
	return file
}

// doubledAt says whether the code of a commit wrote new wherever it wrote old. Who
// calls whom is found out only where a writer seems to forget new.
func (d *Database) doubledAt(ctx context.Context, cfg Config, in move.Input, m *move.Move, commit string) (move.Answer, error) {
	switch same, err := d.past.sameCode(ctx, commit, d.past.Commit); {
	case err != nil:
		return move.NotKnown, err
	case same:
		return m.Doubled(in, d.BaseUses), nil
	}
	tree, err := d.past.repository.Tree(ctx, commit)
	if err != nil {
		return move.NotKnown, err
	}
	var tables []string
	for _, o := range slices.Concat(m.From, m.To) {
		tables = append(tables, o.Table.Name)
	}
	there := cfg
	there.Deployed = tree
	there.Flags = there.flagsThere()
	in.BaseFlags = there.Flags
	code := d.code.head.Version(tree)
	for _, callers := range []bool{false, true} {
		u, err := d.usesIn(ctx, there, code, catalog{d.before, d.gone}, tables, further{callers, d.further.base.fields}, nil)
		if err != nil {
			return move.NotKnown, fmt.Errorf("the code of %s: %w", shortCommit(commit), err)
		}
		answer := m.Doubled(in, withStored(u, d.storedQueries(d.Schema, d.stored)))
		if answer != move.No || callers {
			return answer, nil
		}
	}
	return move.No, nil
}
