package rules

// The rules about the input itself. The engine reports them; here is what they mean.

// UnparsedStatement is reported for a statement that could not be read.
var UnparsedStatement = &Rule{
	Name:     "unparsed-statement",
	Family:   Input,
	Severity: Warning,
	Summary:  "a statement could not be read, so nothing is known of what it does",
	Doc: `## What it does

Reports a statement, or one clause of it, that could not be read. Its position is
the first token that was not understood. Where its words tell that it drops
something, though they are those of another dialect, the message says so.

## Why it breaks

What was not read was not checked. expandcheck never passes over it in silence:
the statement may drop what running code needs.

## Do this instead

If the server takes the statement, check it by eye and give the reason:
-- expandcheck:ignore unparsed-statement: REASON. If it does not, mend it. A quote,
comment or BEGIN that never ends makes everything behind it doubtful.

## When it is silent

For statements that are understood by their first words although the rest could
not be read: GRANT, CREATE USER, SELECT and the like change no schema.`,
	Bad:  "unknown-syntax-fires",
	Good: "server-syntax-the-parser-lacks-is-silent",
}

// OpaqueDDL is reported for DDL in strings, routines and code.
var OpaqueDDL = &Rule{
	Name:     "opaque-ddl",
	Family:   Input,
	Severity: Warning,
	Summary:  "DDL stands in a string, a routine or code, where it cannot be read",
	Doc: `## What it does

Reports what may change the schema and cannot be read: a string for PREPARE or
EXECUTE IMMEDIATE that is put together when it runs, or that stands in a variable
which this migration does not fill; DDL in strings and bodies that cannot be
parsed; bodies in another language; and migrations in Go whose SQL cannot be followed,
or in another language.

DDL that can be read in a string (SET @x = IF(…, 'ALTER …', 'SELECT 1')) or in the
body of a procedure, event or block is judged by the other rules, which say that it
may run. It is replayed where the migration runs it, or calls the procedure: its
condition mostly asks whether it was made already. What a procedure that no
migration calls, or an event, would do is at most a warning, and is not replayed.

## Why it breaks

What was not read was not checked.

## Do this instead

Write the change as a plain statement, or at least the whole of it as a literal.
Where it must stay as it is, check it by eye and give the reason:
-- expandcheck:ignore opaque-ddl: REASON.

## When it is silent

For strings and bodies that can be read, for those that hold no DDL, and for
functions and triggers: the server refuses DDL in them (error 1422).`,
	Bad:  "concat-with-variable-fires",
	Good: "prepared-ddl-is-silent",
}

// TemplatePlaceholder is reported for placeholders without a value.
var TemplatePlaceholder = &Rule{
	Name:     "template-placeholder",
	Family:   Input,
	Severity: Warning,
	Summary:  "a template placeholder has no value, so the statement was read with a stand-in",
	Doc: `## What it does

Reports {{…}} and ${…} in a statement for which no value is known. The statement
is read with a stand-in, or without the placeholder where it is glued to a name.

## Why it breaks

A stand-in may hide what really runs: another table, another type, another
statement.

## Do this instead

Give it a value in the configuration:

    migrations:
      - dir: db/migrations
        placeholders: {prefix: "app_"}

For Flyway, flyway.placeholders.NAME in flyway.conf is read.

## When it is silent

When every placeholder has a value, and for braces inside of quoted strings.`,
	Bad:  "placeholder-without-value-fires",
	Good: "placeholder-with-value-is-silent",
}

// UnusedIgnore is reported for a directive that silences nothing.
var UnusedIgnore = &Rule{
	Name:     "unused-ignore",
	Family:   Input,
	Severity: Warning,
	Summary:  "an expandcheck:ignore silences nothing",
	Doc: `## What it does

Reports an ignore directive, or an ignore entry of the configuration, that
silences nothing, and one that names a rule that does not exist. A comment that was
meant for a directive and is none, such as expandcheck:ignroe, is reported too, and
a directive replaces that names what is not there.

## Why it breaks

It would silence a finding that comes later, and that nobody looked at.

## Do this instead

Remove it.

## When it is silent

In migrations that are not reported because they are deployed, and for rules that
are switched off.`,
	Bad:  "ignore-without-finding-fires",
	Good: "ignore-with-finding-is-silent",
}

// IgnoreWithoutReason is reported for a directive that gives no reason.
var IgnoreWithoutReason = &Rule{
	Name:     "ignore-without-reason",
	Family:   Input,
	Severity: Error,
	Summary:  "an expandcheck:ignore gives no reason",
	Doc: `## What it does

Reports an ignore directive without a reason behind a colon. It still silences
its finding, so that there is one thing to mend and not two.

## Why it breaks

The next reader cannot tell a checked exception from a silenced error.

## Do this instead

-- expandcheck:ignore drop-column: no release since 4.2 reads it

## When it is silent

When there is a reason.`,
	Bad:  "ignore-without-reason-fires",
	Good: "ignore-with-reason-is-silent",
}

// DuplicateVersion is reported for two migrations of one version.
var DuplicateVersion = &Rule{
	Name:     "duplicate-version",
	Family:   Order,
	Severity: Error,
	Summary:  "two migrations have the same version",
	Doc: `## What it does

Reports a migration whose version an earlier one of the directory has already, or one
that main got while the branch was open.

## Why it breaks

Most tools refuse to run at all; others run one of the two and take the other for
applied. It often comes from two branches that were merged.

## Do this instead

Give the one that is not deployed yet the next free version.

## When it is silent

For variants of one migration for different dialects, and for repeatable migrations. In
a directory of no tool that is known it is a warning: what runs it may take both.`,
	Bad:  "same-number-twice-fires",
	Good: "dialect-variants-are-silent",
}
