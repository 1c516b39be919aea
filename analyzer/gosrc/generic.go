package gosrc

import (
	"regexp"
	"slices"
	"sync"
)

// maxGenerics bounds how many generic types and functions may stand upon each other.
const maxGenerics = 3

// generics are the names of the generic types and functions of files that import a
// mapper, and of those that name one: what a type parameter stands for is told by those
// who name them.
func (s *Scan) generics(mappers []string) []string {
	var names []string
	seen := make([]bool, len(s.Files))
	found := newWordSet(nil)
	for round := range maxGenerics {
		n := len(names)
		for i, f := range s.Files {
			if seen[i] || round == 0 && !slices.ContainsFunc(mappers, f.imports) || round > 0 && !found.in(f.Text) {
				continue
			}
			for _, m := range genericDeclaration().FindAllSubmatch(f.Text, -1) {
				seen[i] = true
				names = append(names, string(m[1]))
			}
		}
		if len(names) == n {
			break
		}
		found = newWordSet(names)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

var genericDeclaration = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^(?:type|func) (\w+)\[\w+[ ,]`)
})
