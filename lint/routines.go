package lint

import (
	"slices"

	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/rules"
)

// A routine is a stored procedure, function or event. One whose body holds DDL
// changes the schema where it is called, not where it is made.
type routine struct {
	*schema.Routine
	made rules.Step
	ran  *migration.Migration // the last one that called it
}

func (d *Database) define(r *schema.Routine, made rules.Step) {
	d.undefine(r.Kind, r.Name)
	d.stored = append(d.stored, &routine{Routine: r, made: made})
	if len(r.Runs) > 0 {
		d.routines = append(d.routines, &routine{Routine: r, made: made})
	}
}

func (d *Database) undefine(kind, name string) {
	d.routines = slices.DeleteFunc(d.routines, func(r *routine) bool { return schema.SameName(r.Name, name) })
	d.stored = slices.DeleteFunc(d.stored, func(r *routine) bool { return r.Kind == kind && schema.SameName(r.Name, name) })
}

// call makes the changes in the body of a routine, once in each migration that
// calls it.
func (d *Database) call(release *rules.Release, c *schema.Call, at rules.Step) {
	for _, r := range d.routines {
		if !schema.SameName(r.Name, c.Name) || r.ran == at.Migration {
			continue
		}
		r.ran = at.Migration
		for _, change := range r.Runs {
			d.make(release, r.step(change, at))
		}
		return
	}
}

// step returns a change of the body. It stands in the body; where an older
// migration made the routine, it is the CALL that can still be changed.
func (r *routine) step(change schema.Change, at rules.Step) rules.Step {
	if r.made.Migration == at.Migration {
		return rules.Step{Change: change, Migration: r.made.Migration, Statement: r.made.Statement}
	}
	via := at.Via
	if via == nil {
		via = at.Change.Base()
	}
	return rules.Step{Change: change, Migration: at.Migration, Statement: at.Statement, Via: via}
}

// uncalled adds a release for each pending routine that no migration calls: it
// may run at any time from here on, and leaves no trace in the replay.
func (d *Database) uncalled() {
	after, missing, events := d.Schema, d.missing, d.record.events
	for _, r := range slices.Clone(d.routines) {
		if r.ran != nil || !d.pending[r.made.Migration] || d.calledByOther(r) {
			continue
		}
		d.Schema = after.Clone()
		release := rules.NewRelease(len(d.Pending) + 1)
		release.Uncalled = true
		d.Pending = append(d.Pending, release)
		d.call(release, &schema.Call{Clause: *r.made.Change.Base(), Name: r.Name}, r.made)
	}
	d.Schema, d.missing, d.record.events = after, missing, events
}

// calledByOther says whether the body of another routine calls it.
func (d *Database) calledByOther(r *routine) bool {
	for _, other := range d.routines {
		for _, c := range other.Runs {
			if call, ok := c.(*schema.Call); ok && other != r && schema.SameName(call.Name, r.Name) {
				return true
			}
		}
	}
	return false
}
