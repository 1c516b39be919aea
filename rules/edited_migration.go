package rules

// EditedMigration is reported for deployed migrations that were changed.
var EditedMigration = &Rule{
	Name:     "edited-migration",
	Family:   Order,
	Severity: Error,
	Summary:  "a deployed migration was edited, or is gone",
	Doc: `## What it does

Reports a migration that is deployed and whose up part is not what it was, or that is
gone. Comments and blanks may change, unless the tool compares checksums (Flyway,
Atlas, Prisma, sqlx): then no byte may. Line endings are never compared. A migration in
Go code that changed is a warning when its statements cannot be read, and so is any where
no tool is known that runs each migration once.

## Why it breaks

A migration runs once. Production keeps what the old text made, and only databases that
are set up anew get what the new text says: tests pass on a schema that production does
not have. Tools that compare checksums refuse to run at all.

## Do this instead

Put it back, and make the change in a new migration.

## When it is silent

With --since and with --all: there a version is all that tells what is deployed. For
repeatable migrations, which run again when they change. For a file that was renamed,
moved or made a link and says what it said. For a squash: new migrations, or a new dump
under schema: in the configuration, that come to the same schema as the deployed
migrations did, where some of these are gone.`,
	Bad:  "edited-statement-fires",
	Good: "comment-is-silent",
}
