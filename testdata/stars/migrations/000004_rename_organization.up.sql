ALTER TABLE repo RENAME COLUMN organization TO owner;
