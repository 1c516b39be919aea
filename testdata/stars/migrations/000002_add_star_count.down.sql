ALTER TABLE repo DROP COLUMN star_count, DROP COLUMN homepage;
