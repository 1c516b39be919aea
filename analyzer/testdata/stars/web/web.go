// Package web shows stars.
package web

import "database/sql"

// Count reads the new column.
func Count(db *sql.DB) *sql.Row {
	return db.QueryRow("SELECT star_count FROM repo") // want `reads .repo.star_count., but .store/store.go:8. \(Set\) writes .star.star_count. without it`
}

// Name reads another column.
func Name(db *sql.DB) *sql.Row {
	return db.QueryRow("SELECT repo_name FROM repo")
}

// Silenced reads the new column, and says why it may.
func Silenced(db *sql.DB) *sql.Row {
	//expandcheck:ignore read-before-dual-write: the nightly job copies it
	return db.QueryRow("SELECT star_count FROM repo")
}
