// Package server says, as data, what each database server accepts and how it
// behaves. Sources are named beside each fact.
package server

import (
	"fmt"
	"slices"
	"strings"
)

// A Family is a line of servers that share a dialect.
type Family string

// The families.
const (
	MySQL   Family = "mysql"
	MariaDB Family = "mariadb"
	TiDB    Family = "tidb"
)

// A Server is one kind and version of server.
type Server struct {
	Name    string // as --server takes it
	Family  Family
	Version int // as versioned comments count it: 80400 is 8.4.0, 101100 is MariaDB 10.11

	// ImplicitTimestamp: a TIMESTAMP column without NULL is NOT NULL and gets a
	// default by itself, since explicit_defaults_for_timestamp is off by default
	// (MySQL before 8.0, MariaDB before 10.10; manuals).
	ImplicitTimestamp bool
	// KeepsNullDefault: ALTER … DROP DEFAULT on a nullable column leaves NULL as
	// default (MariaDB); MySQL refuses INSERTs that leave it out, error 1364 (measured on 5.6 and 9.7).
	KeepsNullDefault bool
	// RefusesZeroDate: ADD of a DATE or DATETIME that is NOT NULL without default
	// is itself refused on a table with rows, error 1292 (measured on 9.7; not on 5.6 and MariaDB).
	RefusesZeroDate bool
	// Timestamp2106: TIMESTAMP reaches to 2106 (MariaDB from 11.5; measured on 11.8).
	Timestamp2106 bool
	// IgnoresCheck: CHECK is read and not enforced (MySQL before 8.0.16, manual and
	// measured on 5.6; TiDB while tidb_enable_check_constraint is off, its default).
	IgnoresCheck bool
	// InlineReferences: REFERENCES in a column definition makes a foreign key
	// (MariaDB from 10.5, MySQL from 9.0; manuals).
	InlineReferences bool
	// RefusesForeignKeys: unless they are switched on (PlanetScale documentation).
	RefusesForeignKeys bool
	// RenamesDrop: schemas are compared, not altered, so that a rename is a DROP and
	// an ADD, and what was there is lost (PlanetScale documentation, "Handling table
	// and column renames").
	RenamesDrop bool
	// Charsets are all that it takes; nil where it takes every one (PlanetScale
	// documentation, "MySQL compatibility", and the schema lint error INVALID_CHARSET).
	Charsets []string
}

// TakesCharset says whether a text column may have the character set. With binary
// it is no text column.
func (s *Server) TakesCharset(name string) bool {
	return s.Charsets == nil || name == "" || name == "binary" || slices.Contains(s.Charsets, name)
}

// CheckError is the error number of a write that does not meet a CHECK (measured).
func (s *Server) CheckError() string {
	if s.Family == MariaDB {
		return "4025"
	}
	return "3819"
}

// GeneratedError is the error number of a write that gives a generated column a
// value (manuals: ER_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN, and on MariaDB
// ER_WARNING_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN).
func (s *Server) GeneratedError() string {
	if s.Family == MariaDB {
		return "1906"
	}
	return "3105"
}

// Default is the server that is assumed when none is named.
const Default = "mysql-8.4"

// All returns every server, in the order in which help texts list them.
func All() []Server {
	return []Server{
		{Name: "mysql-5.6", Family: MySQL, Version: 50651, ImplicitTimestamp: true, IgnoresCheck: true},
		{Name: "mysql-5.7", Family: MySQL, Version: 50744, ImplicitTimestamp: true, RefusesZeroDate: true, IgnoresCheck: true},
		{Name: "mysql-8.0", Family: MySQL, Version: 80046, RefusesZeroDate: true},
		{Name: "mysql-8.4", Family: MySQL, Version: 80408, RefusesZeroDate: true},
		{Name: "mysql-9", Family: MySQL, Version: 90704, RefusesZeroDate: true, InlineReferences: true},
		{Name: "mariadb-10.11", Family: MariaDB, Version: 101114, KeepsNullDefault: true, InlineReferences: true},
		{Name: "mariadb-11", Family: MariaDB, Version: 110809, KeepsNullDefault: true, Timestamp2106: true, InlineReferences: true},
		{Name: "tidb", Family: TiDB, Version: 80011, RefusesZeroDate: true, IgnoresCheck: true},
		{Name: "planetscale", Family: MySQL, Version: 80046, RefusesZeroDate: true, RefusesForeignKeys: true, RenamesDrop: true,
			Charsets: []string{"utf8mb4", "utf8mb3", "utf8", "latin1", "ascii"}},
	}
}

// Names returns the names of all servers.
func Names() []string {
	var names []string
	for _, s := range All() {
		names = append(names, s.Name)
	}
	return names
}

// Named returns the server of that name.
func Named(name string) (*Server, error) {
	for _, s := range All() {
		if s.Name == name {
			return &s, nil
		}
	}
	return nil, fmt.Errorf("unknown server %q: one of %s", name, strings.Join(Names(), ", "))
}

// RunsVersionedComment says whether the server runs the text of /*!version … */,
// or of /*M!version … */ when mariadb is set. Version 0 means none was given.
//
// MariaDB passes over comments for MySQL 5.7.0 to 9.99.99, since those speak of
// features that it has not (MariaDB manual, "Comment Syntax").
func (s *Server) RunsVersionedComment(version int, mariadb bool) bool {
	if s.Family == TiDB { // runs every one, whatever its version (measured on its parser)
		return !mariadb
	}
	if mariadb {
		return s.Family == MariaDB && version <= s.Version
	}
	if s.Family == MariaDB && version >= 50700 && version <= 99999 {
		return false
	}
	return version <= s.Version
}
