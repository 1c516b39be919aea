package sqltext

import "strings"

// A Hole is a placeholder, or a condition, that has no value.
type Hole struct {
	// Text[Start:End] of the file is what stands in its place; for a condition
	// it is everything that depends on it. It is empty where a placeholder was
	// dropped from a name.
	Start, End int
	At         Position // where it stands on disk
	Text       string   // as it stands on disk: {{.prefix}}, ${engine}
}

// Holes returns the placeholders without a value that [start, end) of the text
// depends on, conditions first.
func (f *File) Holes(start, end int) []Hole {
	var out []Hole
	for _, h := range f.blocks {
		if h.Start < end && h.End > start {
			out = append(out, h)
		}
	}
	for _, h := range f.holes[firstHole(f.holes, start):] {
		if h.Start > end || h.Start == end && h.End > h.Start {
			break
		}
		out = append(out, h)
	}
	return out
}

func firstHole(holes []Hole, start int) int {
	lo, hi := 0, len(holes)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if holes[mid].Start < start {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// HasPlaceholders reports whether text may hold {{…}} or ${…}.
func HasPlaceholders(text string) bool {
	return strings.Contains(text, "{{") || strings.Contains(text, "${")
}

// NewTemplate returns a file in whose text the placeholders {{…}} and ${…} are
// filled. Values are looked up by bare name: prefix, for {{.prefix}}, {{ prefix }},
// {{$prefix}} and ${prefix}.
//
// Conditions of Go templates are evaluated when the values decide them: a name
// holds unless its value is empty or "false". Of an undecided one all branches
// stay. A placeholder without a value is dropped where it is a part of a name,
// so that {{.prefix}}users is users throughout; elsewhere a name takes its
// place, so that the statement can be parsed. Holes tells of them. Inside a
// string it stays as it is: most often it is data.
func NewTemplate(name, text string, values map[string]string) *File {
	f := filler{
		src:    text,
		values: values,
		lx:     NewLexer(text, 0, len(text), 0),
		file:   NewFile(name, text),
		fresh:  true,
	}
	f.fill()
	return f.file
}

// a filler writes the text of file, filled.
type filler struct {
	src    string
	values map[string]string
	lx     *Lexer
	file   *File
	out    []byte
	copied int    // src before it is in out
	open   []open // the conditions around
	fresh  bool   // at the start of a statement
	marks  map[int]mark
}

// open is a condition whose {{end}} is still to come.
type open struct {
	decided bool
	taken   bool // a branch of it was
	hole    int  // among the blocks of the file, when it was not decided; else -1
}

func (f *filler) fill() {
	commands := splitter{f: f.file, lx: f.lx}
	for {
		t := f.lx.Next()
		word := f.src[t.Start:t.End]
		fresh := f.fresh
		f.fresh = false
		switch t.Kind {
		case EOF:
			f.finish()
			return
		case Placeholder:
			f.fresh = fresh
			if isTemplate(word) {
				f.action(t.Start, t.End)
			}
		case String:
			f.inString(t)
		case QuotedName:
			f.inName(t)
		case Comment:
			f.fresh = fresh
			f.inComment(t)
		case Word:
			switch {
			case commands.delimiterCommand(t):
				f.fresh = true
			case strings.HasSuffix(word, "$") && strings.HasPrefix(f.src[t.End:], "{"): // name_${suffix}
				f.lx.pos = t.End - 1
			}
		case Punct:
			f.fresh = word == ";" && f.lx.delimiter == ""
		case Delimiter:
			f.fresh = true
		}
	}
}

func (f *filler) finish() {
	if len(f.file.edits) == 0 {
		return
	}
	f.flush(len(f.src))
	for _, o := range f.open {
		f.close(o)
	}
	f.file.Text = string(f.out)
}

func isTemplate(s string) bool {
	return strings.HasPrefix(s, "{{") || strings.HasPrefix(s, "${")
}

// flush writes src up to offset.
func (f *filler) flush(offset int) {
	f.out = append(f.out, f.src[f.copied:offset]...)
	f.copied = offset
}

// replace puts text in the place of src[start:end].
func (f *filler) replace(start, end int, text string) {
	f.flush(start)
	f.file.edits = append(f.file.edits, edit{at: len(f.out), newLen: len(text), from: start, oldLen: end - start})
	f.out = append(f.out, text...)
	f.copied = end
}

func (f *filler) hole(start, end int, text string) {
	f.replace(start, end, text)
	f.file.holes = append(f.file.holes, Hole{Start: len(f.out) - len(text), End: len(f.out), At: f.file.onDisk(start), Text: f.placeholder(start, end)})
}

func (f *filler) placeholder(start, end int) string {
	s := f.src[start:end]
	return strings.TrimSuffix(s, ".") // the dot that went with a qualifier
}

// action handles the placeholder at src[start:end], which stands outside of quotes.
func (f *filler) action(start, end int) {
	inner := actionText(f.src[start:end])
	if strings.HasPrefix(f.src[start:], "${") {
		f.value(start, end, inner)
		return
	}
	if f.control(start, end, inner) {
		return
	}
	switch {
	case strings.HasPrefix(inner, "/*"), isAssignment(inner), inner == "break", inner == "continue":
		f.replace(start, end, "")
	default:
		f.value(start, end, inner)
	}
}

// control handles if, else, end and their kin, and reports whether it was one.
func (f *filler) control(start, end int, inner string) bool {
	switch keyword, rest, _ := strings.Cut(inner, " "); keyword {
	case "if":
		f.openBlock(start, end, f.decide(rest))
	case "range", "with", "block":
		f.openBlock(start, end, undecided)
	case "define":
		if next := f.skip(end, false); next >= 0 {
			f.drop(start, next)
			f.open = append(f.open, open{decided: true, taken: true, hole: -1})
		} else {
			f.replace(start, end, " ")
		}
	case "else":
		if len(f.open) == 0 {
			return false
		}
		f.elseBranch(start, end, strings.TrimSpace(rest))
	case "end":
		if len(f.open) == 0 {
			return false
		}
		o := f.open[len(f.open)-1]
		f.open = f.open[:len(f.open)-1]
		f.replace(start, end, blank(o))
		f.close(o)
	default:
		return false
	}
	return true
}

// blank is what takes the place of a marker: branches that all stay must not
// run into each other.
func blank(o open) string {
	if o.decided {
		return ""
	}
	return " "
}

func (f *filler) close(o open) {
	if o.hole >= 0 {
		f.file.blocks[o.hole].End = len(f.out)
	}
}

func (f *filler) openBlock(start, end int, v truth) {
	next, last := f.skip(end, true), f.skip(end, false)
	if last < 0 { // better to keep the rest than to lose it
		f.hole(start, end, " ")
		return
	}
	o := open{decided: v != undecided, taken: v == yes, hole: -1}
	if v == no {
		f.open = append(f.open, o)
		f.drop(start, next)
		return
	}
	if !o.decided {
		o.hole = f.block(start, end)
	}
	f.replace(start, end, blank(o))
	f.open = append(f.open, o)
}

// maxDepth is how deep conditions are listed: those around say enough.
const maxDepth = 32

// block lists a condition without a value.
func (f *filler) block(start, end int) int {
	f.flush(start)
	if len(f.open) > maxDepth {
		return -1
	}
	f.file.blocks = append(f.file.blocks, Hole{Start: len(f.out), End: -1, At: f.file.onDisk(start), Text: f.src[start:end]})
	return len(f.file.blocks) - 1
}

func (f *filler) elseBranch(start, end int, rest string) {
	o := &f.open[len(f.open)-1]
	v := yes
	if condition, ok := strings.CutPrefix(rest, "if "); ok {
		v = f.decide(condition)
	} else if rest != "" {
		v = undecided
	}
	stop := -1
	switch {
	case o.decided && o.taken:
		stop = f.skip(end, false)
	case v == no:
		stop = f.skip(end, true)
	}
	if stop >= 0 {
		f.drop(start, stop)
		return
	}
	if v == undecided && o.decided {
		o.decided, o.hole = false, f.block(start, end)
	}
	o.taken = true
	f.replace(start, end, blank(*o))
}

// drop leaves src[start:end] out; reading goes on after it.
func (f *filler) drop(start, end int) {
	f.replace(start, end, "")
	f.lx.pos = end
}

// skip returns the offset of the {{else}} (when wanted) or {{end}} that belongs
// to the action that ends at i, and -1 when there is none.
func (f *filler) skip(i int, wantElse bool) int {
	if f.marks == nil {
		f.match()
	}
	m, ok := f.marks[i]
	switch {
	case !ok:
		return -1
	case wantElse:
		return m.next
	}
	return m.end
}

// a mark is where the branch after an {{if}} or {{else}} ends, and where its
// {{end}} is; -1 when it has none.
type mark struct{ next, end int }

// match finds what belongs together. It reads no SQL: a branch for another
// database may be quoted in a way that MySQL does not know.
func (f *filler) match() {
	f.marks = map[int]mark{}
	var stack [][]int // of each open action, where it and its elses end
	for i := 0; ; {
		start, end := nextAction(f.src, i, len(f.src))
		if start < 0 {
			return
		}
		i = end
		switch keyword, _, _ := strings.Cut(actionText(f.src[start:end]), " "); keyword {
		case "if", "range", "with", "block", "define":
			f.marks[end] = mark{-1, -1}
			stack = append(stack, []int{end})
		case "else", "end":
			if len(stack) == 0 {
				continue
			}
			top := &stack[len(stack)-1]
			f.marks[(*top)[len(*top)-1]] = mark{start, -1}
			if keyword == "else" {
				f.marks[end] = mark{-1, -1}
				*top = append(*top, end)
				continue
			}
			for _, at := range *top {
				f.marks[at] = mark{f.marks[at].next, start}
			}
			stack = stack[:len(stack)-1]
		}
	}
}

// nextAction finds the next {{…}} in src[i:limit]; start is -1 when there is none.
func nextAction(src string, i, limit int) (start, end int) {
	n := strings.Index(src[i:limit], "{{")
	if n < 0 {
		return -1, -1
	}
	m := strings.Index(src[i+n:limit], "}}")
	if m < 0 {
		return -1, -1
	}
	return i + n, i + n + m + 2
}

// actionText is what stands between the braces.
func actionText(s string) string {
	if inner, ok := strings.CutPrefix(s, "${"); ok {
		return strings.TrimSpace(strings.TrimSuffix(inner, "}"))
	}
	s = strings.TrimSuffix(strings.TrimPrefix(s, "{{"), "}}")
	s = strings.TrimSuffix(strings.TrimPrefix(s, "-"), "-")
	return strings.TrimSpace(s)
}

func isAssignment(s string) bool {
	if !strings.HasPrefix(s, "$") {
		return false
	}
	_, rest, ok := strings.Cut(s, "=")
	return ok && rest != ""
}

// value handles a placeholder that stands for text.
func (f *filler) value(start, end int, inner string) {
	if v, ok := f.lookUp(inner); ok {
		f.replace(start, end, v)
		f.fresh = false
		return
	}
	f.flush(start)
	after := byte(0)
	if end < len(f.src) && !strings.HasPrefix(f.src[end:], "${") {
		after = f.src[end]
	}
	switch {
	case len(f.out) > 0 && class[f.out[len(f.out)-1]]&isWord != 0, class[after]&isWord != 0:
		f.hole(start, end, "")
	case after == '.':
		f.hole(start, end+1, "")
		f.lx.pos = end + 1
	case f.fresh && f.lx.delimiter == "" && f.lineEnds(end):
		f.hole(start, end, standIn(inner)+";") // it makes a statement of its own
		return
	default:
		f.hole(start, end, standIn(inner))
	}
	f.fresh = false
}

// lineEnds reports whether nothing follows offset on its line but other actions.
func (f *filler) lineEnds(offset int) bool {
	rest := strings.TrimLeft(f.src[offset:], " \t\r")
	return rest == "" || rest[0] == '\n' || strings.HasPrefix(rest, "{{")
}

// standIn derives a name from the text of a placeholder.
func standIn(inner string) string {
	i := 0
	for i < len(inner) && (class[inner[i]]&isWord == 0 || inner[i] == '$') {
		i++
	}
	end := i
	for end < len(inner) && end < i+40 && class[inner[end]]&isWord != 0 && inner[end] < 0x80 {
		end++
	}
	if end == i {
		return "placeholder"
	}
	return "placeholder_" + inner[i:end]
}

// lookUp returns the value of a placeholder. ${name:-text} brings its own.
func (f *filler) lookUp(inner string) (string, bool) {
	name := bareName(inner)
	for _, key := range [...]string{name, "." + name, "$" + name, inner} {
		if v, ok := f.values[key]; ok && key != "" {
			return v, true
		}
	}
	if name, text, ok := strings.Cut(inner, ":-"); ok {
		if v, ok := f.values[name]; ok && v != "" {
			return v, true
		}
		return text, true
	}
	return "", false
}

// bareName strips the ., $ and $. before a name.
func bareName(s string) string {
	return strings.TrimPrefix(strings.TrimPrefix(s, "$"), ".")
}

// inString fills what has a value.
func (f *filler) inString(t Token) {
	f.each(t.Start, t.End, func(start, end int) {
		if v, ok := f.lookUp(actionText(f.src[start:end])); ok {
			f.replace(start, end, v)
		}
	})
}

// inName fills what has a value, and drops the rest.
func (f *filler) inName(t Token) {
	if !HasPlaceholders(f.src[t.Start:t.End]) {
		return
	}
	var holes []Span
	left := t.End - t.Start - 2
	f.each(t.Start, t.End, func(start, end int) {
		if _, ok := f.lookUp(actionText(f.src[start:end])); !ok {
			holes = append(holes, Span{start, end})
			left -= end - start
		}
	})
	if left == 0 && len(holes) > 0 && strings.HasPrefix(f.src[t.End:], ".") {
		f.hole(t.Start, t.End+1, "") // a qualifier
		f.lx.pos = t.End + 1
		return
	}
	f.each(t.Start, t.End, func(start, end int) {
		inner := actionText(f.src[start:end])
		v, ok := f.lookUp(inner)
		switch {
		case ok:
			f.replace(start, end, v)
		case left == 0 && start == holes[0].Start:
			f.hole(start, end, standIn(inner))
		default:
			f.hole(start, end, "")
		}
	})
}

// inComment obeys conditions only: some write -- {{if .mysql}}.
func (f *filler) inComment(t Token) {
	for i := t.Start; ; {
		start, end := nextAction(f.src, i, t.End)
		if start < 0 {
			f.lx.pos = max(f.lx.pos, t.End)
			return
		}
		inner := actionText(f.src[start:end])
		keyword, _, _ := strings.Cut(inner, " ")
		opens := keyword == "if" || keyword == "range" || keyword == "with" || keyword == "define"
		if opens && f.skip(end, false) >= 0 || keyword == "else" || keyword == "end" {
			f.control(start, end, inner)
		}
		i = max(end, f.copied)
		if i > t.End { // a branch that ends after the comment was dropped
			return
		}
	}
}

// each calls do with every {{…}} and ${…} in src[from:to].
func (f *filler) each(from, to int, do func(start, end int)) {
	for i := from; i < to; {
		start, end := nextAction(f.src, i, to)
		if n := strings.Index(f.src[i:to], "${"); n >= 0 && (start < 0 || i+n < start) {
			m := strings.IndexByte(f.src[i+n:to], '}')
			if m < 0 {
				return
			}
			start, end = i+n, i+n+m+1
		}
		if start < 0 {
			return
		}
		do(start, end)
		i = end
	}
}

// truth is the value of a condition.
type truth uint8

const (
	undecided truth = iota
	yes
	no
)

// decide evaluates names joined by not, and, or.
func (f *filler) decide(condition string) truth {
	if strings.ContainsAny(condition, "\"`'|:=,") {
		return undecided
	}
	condition = strings.NewReplacer("(", " ( ", ")", " ) ").Replace(condition)
	words := strings.Fields(condition)
	if len(words) > 100 {
		return undecided
	}
	v, rest := f.expression(words)
	if len(rest) > 0 {
		return undecided
	}
	return v
}

func (f *filler) expression(words []string) (truth, []string) {
	if len(words) == 0 {
		return undecided, nil
	}
	switch words[0] {
	case "not":
		v, rest := f.operand(words[1:])
		return [...]truth{undecided: undecided, yes: no, no: yes}[v], rest
	case "and":
		return f.operands(words[1:], no, yes)
	case "or":
		return f.operands(words[1:], yes, no)
	}
	return f.operand(words)
}

// operands: one that is decisive decides; else all of them must be known.
func (f *filler) operands(words []string, decisive, otherwise truth) (truth, []string) {
	v := otherwise
	for len(words) > 0 && words[0] != ")" {
		var one truth
		one, words = f.operand(words)
		switch {
		case one == decisive:
			v = decisive
		case one == undecided && v != decisive:
			v = undecided
		}
	}
	return v, words
}

func (f *filler) operand(words []string) (truth, []string) {
	if len(words) == 0 {
		return undecided, nil
	}
	w, rest := words[0], words[1:]
	switch w {
	case "(":
		v, rest := f.expression(rest)
		if len(rest) == 0 || rest[0] != ")" {
			return undecided, nil
		}
		return v, rest[1:]
	case "true":
		return yes, rest
	case "false":
		return no, rest
	}
	v, ok := f.lookUp(w)
	switch {
	case !ok:
		return undecided, rest
	case v == "" || v == "false":
		return no, rest
	}
	return yes, rest
}
