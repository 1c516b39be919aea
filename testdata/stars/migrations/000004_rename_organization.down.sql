ALTER TABLE repo RENAME COLUMN owner TO organization;
