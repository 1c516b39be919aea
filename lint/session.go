package lint

import "github.com/expandcheck/expandcheck/lint/schema"

// A session follows the USE statements of a migration. The first database that a
// directory names is the one of its names without any, unless tables were made
// under such names before; another one is kept apart from it.
type session struct {
	home     string // the database of names without any; "" while it is not known
	homeless bool   // tables have such names, and no USE told whose they are
	now      string // the database of the last USE, if it is another
}

// start begins with the next migration: a new connection, as far as USE goes.
func (n *session) start() { n.now = "" }

// enter puts the names of a change into the database that is in use.
func (n *session) enter(s *schema.Schema, c schema.Change) {
	if use, ok := c.(*schema.Neutral); ok && use.Use != "" {
		n.use(s, use.Use)
		return
	}
	if n.now != "" {
		schema.Qualify(c, n.now)
		return
	}
	if t, ok := schema.TableName(c); ok && t.DB == "" && n.home == "" {
		n.homeless = true
	}
}

func (n *session) use(s *schema.Schema, db string) {
	if n.home == "" && !n.homeless {
		n.home = db
		s.Home(db)
	}
	n.now = ""
	if !schema.SameName(db, n.home) {
		n.now = db
		s.Separate(db)
	}
}
