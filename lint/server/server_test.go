package server_test

import (
	"testing"

	"github.com/expandcheck/expandcheck/lint/server"
)

func TestVersionedComments(t *testing.T) {
	tests := []struct {
		server  string
		version int
		mariadb bool
		runs    bool
	}{
		{"mysql-8.4", 0, false, true},
		{"mysql-8.4", 80023, false, true},
		{"mysql-8.4", 90000, false, false},
		{"mysql-8.4", 100301, true, false},
		{"mysql-5.6", 80000, false, false},
		{"mysql-9", 80400, false, true},
		{"mariadb-10.11", 50100, false, true},
		{"mariadb-10.11", 50700, false, false},
		{"mariadb-10.11", 80023, false, false},
		{"mariadb-10.11", 100301, true, true},
		{"mariadb-10.11", 110400, true, false},
		{"mariadb-11", 110400, true, true},
		{"tidb", 99999, false, true},
		{"tidb", 100301, true, false},
	}
	for _, test := range tests {
		s, err := server.Named(test.server)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.RunsVersionedComment(test.version, test.mariadb); got != test.runs {
			t.Errorf("%s, version %d, for MariaDB %v: runs %v, want %v", test.server, test.version, test.mariadb, got, test.runs)
		}
	}
}

func TestNamed(t *testing.T) {
	for _, name := range server.Names() {
		if s, err := server.Named(name); err != nil || s.Name != name {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
	if _, err := server.Named("oracle"); err == nil {
		t.Error("oracle is no server that is known")
	}
}
