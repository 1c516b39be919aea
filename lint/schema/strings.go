package schema

import "strings"

func equalFold(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }

// Fold returns the form of a name under which names that the server takes for
// the same compare equal.
func Fold(name string) string { return strings.ToLower(name) }

// SameName says whether the server takes two column names for the same.
func SameName(a, b string) bool { return equalFold(a, b) }
