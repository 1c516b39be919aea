package lint

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/release"
	"github.com/expandcheck/expandcheck/lint/report"
)

// onlyStale leaves the moves in a report that stand still for longer than
// cfg.Stale: no commit since then changed a line that names one of their columns or
// tables, in the files that show where they stand, and nothing in these is uncommitted.
func (s *State) onlyStale(ctx context.Context, rep *report.Report) error {
	if s.cfg.Stale == 0 {
		return nil
	}
	if s.repository == nil {
		return errors.New("--stale goes by the dates of git's commits, and " + s.noBase)
	}
	rep.Stale = days(s.cfg.Stale)
	limit := time.Now().Add(-s.cfg.Stale)
	fresh, err := s.repository.Uncommitted(ctx)
	if err != nil {
		return err
	}
	var out []*move.Move
	for _, m := range rep.Moves {
		if !m.InFlight() || slices.ContainsFunc(m.Files(), func(name string) bool { return slices.Contains(fresh, name) }) {
			continue
		}
		changed, err := s.repository.LastChange(ctx, spelled(m), m.Files())
		if ends := (*release.ShallowError)(nil); errors.As(err, &ends) && ends.Date.Before(limit) {
			err = nil // long enough, whatever came before
		}
		if err != nil {
			return fmt.Errorf("how long %s stands still: %w", m, err)
		}
		if !changed.IsZero() && changed.Before(limit) {
			m.Changed = changed
			out = append(out, m)
		}
	}
	rep.Moves = out
	return nil
}

// spelled is an extended regular expression for the names of what moves, also as
// Go spells them: StarCount for star_count.
func spelled(m *move.Move) string {
	var names []string
	for _, o := range slices.Concat(m.From, m.To) {
		name := o.Column
		if name == "" {
			name = o.Table.Name
		}
		names = append(names, strings.ReplaceAll(regexp.QuoteMeta(name), "_", "_?"))
	}
	slices.Sort(names)
	return "(^|[^A-Za-z0-9_])(" + strings.Join(slices.Compact(names), "|") + ")([^A-Za-z0-9_]|$)"
}

func days(d time.Duration) string { return fmt.Sprintf("%d days", int(d.Hours()/24)) }
