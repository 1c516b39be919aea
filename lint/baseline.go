package lint

import "fmt"

// since returns the baseline of a directory; "" without one.
func (d *Database) since(cfg Config) string {
	if cfg.Since != "" {
		return cfg.Since
	}
	return d.entry.Since
}

// firstPending returns the index of the first migration after the baseline.
func (d *Database) firstPending(cfg Config) (int, error) {
	since := d.since(cfg)
	if since == "" {
		return 0, nil
	}
	first, found, err := d.Directory.After(since)
	switch last := d.Directory.Last(); {
	case err != nil && last == nil:
		return 0, fmt.Errorf("%s: the migrations of %s have no versions", d.baseline(cfg), d.Directory.Path)
	case err != nil:
		return 0, fmt.Errorf("%s: %w; name a version as it is written there: the last one is %s", d.baseline(cfg), err, last.Version)
	case !found && first == 0:
		d.remarks = append(d.remarks, fmt.Sprintf("%s: %s comes before all migrations, so all are judged", d.Directory.Path, d.baseline(cfg)))
	case !found && first == len(d.Directory.Migrations):
		d.remarks = append(d.remarks, fmt.Sprintf("%s: %s comes after all migrations, so none is judged", d.Directory.Path, d.baseline(cfg)))
	case !found:
		d.remarks = append(d.remarks, fmt.Sprintf("%s: %s is no migration there is now: those with a later version are judged", d.Directory.Path, d.baseline(cfg)))
	}
	return first, nil
}

// checkBaselines refuses a baseline that comes after every migration it is for:
// nothing would ever be judged. One that is given for several directories need
// be known in one of them only.
func checkBaselines(cfg Config, dirs []*Database) error {
	var beyond *Database
	known := false
	for _, d := range dirs {
		if d.since(cfg) == "" || !d.beyond(cfg) {
			known = true
			continue
		}
		if cfg.Since == "" {
			return d.beyondError(cfg)
		}
		beyond = d
	}
	if beyond == nil || known {
		return nil
	}
	return beyond.beyondError(cfg)
}

// beyond says whether the baseline is later than the last migration.
func (d *Database) beyond(cfg Config) bool {
	first, found, err := d.Directory.After(d.since(cfg))
	return err == nil && !found && first == len(d.Directory.Migrations)
}

func (d *Database) beyondError(cfg Config) error {
	return fmt.Errorf("%s: is later than the last migration of %s, %s: nothing would be judged; name the last version that is deployed, as it is written there",
		d.baseline(cfg), d.Directory.Path, d.Directory.Last().Version)
}

// baseline returns the baseline and where it is given.
func (d *Database) baseline(cfg Config) string {
	if cfg.Since != "" {
		return "--since " + cfg.Since
	}
	return fmt.Sprintf("%s: since: %s", cfg.File, d.entry.Since)
}
