package migration

var skeema = &Layout{
	Name:   "skeema",
	Doc:    "one CREATE TABLE per file beside .skeema (Skeema; not supported yet)",
	detect: func(l *listing) bool { return l.has(".skeema") && len(l.sql()) > 0 },
	read: func(r *reader) error {
		for _, f := range r.sql() {
			r.snapshot(f)
		}
		r.rest(r.files, "")
		r.problem("", r.path(".skeema"), "this is a Skeema directory: it holds the wanted schema, not the steps to it, and expandcheck cannot read that yet",
			"check the output of skeema diff: expandcheck lint -")
		return nil
	},
}
