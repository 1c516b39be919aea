-- expandcheck:replaces star.star_count
ALTER TABLE repo ADD COLUMN star_count INT NULL;
