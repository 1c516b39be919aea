package rules

import (
	"github.com/expandcheck/expandcheck/lint/schema"
)

// DropPartition reports rows that go with their partition.
var DropPartition = &Rule{
	Name:     "drop-partition",
	Family:   Contract,
	Severity: Error,
	Summary:  "rows go with a partition or tablespace",
	Doc: `## What it does

Reports DROP, TRUNCATE and EXCHANGE of a partition, and DISCARD of a partition or
tablespace, of a table that was there before the release.

## Why it breaks

The rows are gone, or swapped with those of another table, for the running code too.
Going back means a backup.

## Do this instead

Make sure that nothing reads the rows, and say so in an ignore with its reason.

## When it is silent

For ADD, REORGANIZE, COALESCE and REMOVE, which keep all rows; for a table that the
same release creates.`,
	Bad:  "drop-partition-fires",
	Good: "add-partition-is-silent",
	Run:  runDropPartition,
}

func runDropPartition(p *Pass) {
	for s, c := range Changed[*schema.Partition](p) {
		if p.Start(s.Effect.Before) == nil {
			continue
		}
		what := "the rows of a partition of `%s` are gone"
		switch c.Kind {
		case "DROP", "TRUNCATE":
		case "DISCARD":
			what = "the rows of a tablespace of `%s` are gone"
		case "EXCHANGE":
			what = "the rows of a partition of `%s` are swapped with those of another table"
		default:
			continue
		}
		object := ""
		if len(c.Names) > 0 {
			object = c.Names[0]
		}
		p.Reportf(s, object, "make sure that nothing reads them, and say so: `-- expandcheck:ignore drop-partition: REASON`",
			what+", for the running code too", c.Table)
	}
}
