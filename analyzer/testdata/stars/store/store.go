// Package store writes stars.
package store

import "database/sql"

// Set writes the old column alone.
func Set(db *sql.DB, id, n int) error {
	_, err := db.Exec("UPDATE star SET star_count = ? WHERE id = ?", n, id)
	return err
}
