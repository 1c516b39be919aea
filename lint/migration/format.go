package migration

import "strings"

// A format is how the text of one file is divided, by which tool's markers.
type format uint8

const (
	unmarked format = iota
	liquibaseFormat
	gooseFormat
	sqlMigrateFormat
	dbmateFormat
	ternFormat
	breakpointFormat // drizzle's
	bunFormat
)

// tool names the tool whose markers they are.
func (f format) tool() string {
	return [...]string{"no", "liquibase", "goose", "sql-migrate", "dbmate", "tern", "drizzle", "bun"}[f]
}

// markers start early in a file, if it has any.
const formatHead = 1 << 20

// formatOf tells the format of a text by its markers.
func formatOf(text string) format {
	text = text[:min(len(text), formatHead)]
	switch {
	case isFormattedSQL(text):
		return liquibaseFormat
	case markedLine(text, "+goose", isGooseMarker):
		return gooseFormat
	case markedLine(text, "+migrate ", isSQLMigrateMarker):
		return sqlMigrateFormat
	case markedLine(text, "migrate:", isDbmateMarker):
		return dbmateFormat
	case markedLine(text, ternSeparator, isTernSeparator):
		return ternFormat
	case strings.Contains(text, breakpoint):
		return breakpointFormat
	case markedLine(text, "--bun:", func(line string) bool { return strings.HasPrefix(line, "--bun:") }):
		return bunFormat
	}
	return unmarked
}

// markedLine reports whether a line that contains word is a marker.
func markedLine(text, word string, is func(line string) bool) bool {
	for i := 0; ; {
		n := strings.Index(text[i:], word)
		if n < 0 {
			return false
		}
		start, end := lineAround(text, i+n)
		if is(text[start:end]) {
			return true
		}
		i = end
	}
}

// lineAround returns the line that offset stands in, without its ending.
func lineAround(text string, offset int) (start, end int) {
	start = strings.LastIndexByte(text[:offset], '\n') + 1
	end = len(text)
	if n := strings.IndexByte(text[offset:], '\n'); n >= 0 {
		end = offset + n
	}
	if end > start && text[end-1] == '\r' {
		end--
	}
	return start, end
}

// lines yields where every line of a text starts and ends, without its ending.
func lines(text string) func(yield func(start, end int) bool) {
	return func(yield func(start, end int) bool) {
		from, to := 0, len(text)
		for from < to {
			end, next := to, to
			if n := strings.IndexByte(text[from:to], '\n'); n >= 0 {
				end, next = from+n, from+n+1
			}
			if end > from && text[end-1] == '\r' {
				end--
			}
			if !yield(from, end) {
				return
			}
			from = next
		}
	}
}

// hasFold reports whether s starts with prefix, in whatever case.
func hasFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
