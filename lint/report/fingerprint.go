package report

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/expandcheck/expandcheck/rules"
)

// Fingerprints returns what tells each finding from all others, in this run and
// in later ones. Lines are not a part of it, since they move; what repeats is
// told apart by counting.
func Fingerprints(findings []rules.Finding) []string {
	seen := map[string]int{}
	out := make([]string, 0, len(findings))
	for _, f := range findings {
		key := strings.Join([]string{f.Rule.Name, f.Pos.File, f.Table, f.Object, normalise(f.Statement)}, "\x00")
		sum := sha256.Sum256([]byte(key + "\x00" + strconv.Itoa(seen[key])))
		seen[key]++
		out = append(out, hex.EncodeToString(sum[:16]))
	}
	return out
}

// normalise takes out what formatters change: case, blanks, quotes of names.
func normalise(statement string) string {
	statement = strings.ToLower(strings.ReplaceAll(statement, "`", ""))
	return strings.TrimRight(strings.Join(strings.Fields(statement), " "), "; ")
}
