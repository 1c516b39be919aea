// Package store keeps the stars of repositories.
package store

import (
	"context"
	"database/sql"
)

// Store keeps repositories and their stars.
type Store struct{ DB *sql.DB }

// AddRepo adds a repository.
func (s *Store) AddRepo(ctx context.Context, owner, name string) error {
	_, err := s.DB.ExecContext(ctx, "INSERT INTO repo (owner, repo_name, star_count) VALUES (?, ?, 0)", owner, name)
	return err
}

// SetStars stores how many stars a repository has.
func (s *Store) SetStars(ctx context.Context, organization, name string, count int) error {
	_, err := s.DB.ExecContext(ctx, `
		INSERT INTO star (organization, repo_name, star_count) VALUES (?, ?, ?)
		ON DUPLICATE KEY UPDATE star_count = VALUES(star_count)`, organization, name, count)
	return err
}

// Stars returns how many stars a repository has.
func (s *Store) Stars(ctx context.Context, organization, name string) (count int, err error) {
	err = s.DB.QueryRowContext(ctx,
		"SELECT star_count FROM star WHERE organization = ? AND repo_name = ?", organization, name).Scan(&count)
	return count, err
}
