package schema

import "strings"

func equalFold(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }
