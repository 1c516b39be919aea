// Package nearest finds the known name that a mistyped one was meant to be.
package nearest

import "strings"

// Name returns the known name nearest to a mistyped one, or "" when none is near
// enough to be meant.
func Name(typed string, known []string) string {
	best, least := "", limit(typed)+1
	for _, k := range known {
		if d := distance(strings.ToLower(typed), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

// Hint returns what to add to an error about a mistyped name: the nearest one,
// or else all that are known.
func Hint(typed string, known []string) string {
	if n := Name(typed, known); n != "" {
		return "did you mean " + n + "?"
	}
	return "known are " + strings.Join(known, ", ")
}

// limit is how many letters may differ before two names have nothing in common.
func limit(name string) int { return max(2, len(name)/3) }

// distance counts the letters to insert, remove, change or swap with their
// neighbour to make b of a. Names that are far too long are not compared.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return len(a) + len(b)
	}
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
