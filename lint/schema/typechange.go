package schema

import (
	"fmt"
	"slices"
	"strings"
)

// TypeVerdict says what a change of type does to the values of the old one.
type TypeVerdict uint8

// The verdicts, best first.
const (
	Same        TypeVerdict = iota
	Widening                // every value fits, and running code sees no difference
	SideEffect              // every value fits, but what running code sees changes
	Narrowing               // some value does not fit, or is changed
	UnknownType             // one of the types is not known
)

// A TypeChange is what becomes of values when a column changes its type.
type TypeChange struct {
	Verdict TypeVerdict
	Why     string // one clause for a message; "" for Same and Widening
	Quiet   bool   // a SideEffect for which no statement of the measured application answered with another value
	Silent  bool   // values are lost without an error, also in strict mode
	Enum    bool   // it stems from the members of an ENUM or SET
	Charset bool   // it stems from the character set or collation alone
}

// TypeOptions is what depends on the server.
type TypeOptions struct {
	TruncatesFraction bool // fractional seconds are cut, not rounded (MariaDB; measured)
	Timestamp2106     bool // TIMESTAMP reaches to 2106
}

// kind is what a type holds. Changes between kinds go by the table conversions.
type kind uint8

const (
	kUnknown kind = iota
	kInt
	kDecimal
	kFloat
	kBit
	kText
	kBytes
	kEnum
	kSet
	kJSON
	kDate
	kTime
	kDatetime
	kTimestamp
	kYear
	kSpatial
	kVector
	kOther // uuid, inet4, inet6: each its own
)

var kinds = map[string]kind{
	"tinyint": kInt, "smallint": kInt, "mediumint": kInt, "int": kInt, "bigint": kInt,
	"decimal": kDecimal, "float": kFloat, "double": kFloat, "bit": kBit,
	"char": kText, "varchar": kText, "tinytext": kText, "text": kText, "mediumtext": kText, "longtext": kText,
	"binary": kBytes, "varbinary": kBytes, "tinyblob": kBytes, "blob": kBytes, "mediumblob": kBytes, "longblob": kBytes,
	"enum": kEnum, "set": kSet, "json": kJSON,
	"date": kDate, "time": kTime, "datetime": kDatetime, "timestamp": kTimestamp, "year": kYear,
	"geometry": kSpatial, "point": kSpatial, "linestring": kSpatial, "polygon": kSpatial, "multipoint": kSpatial,
	"multilinestring": kSpatial, "multipolygon": kSpatial, "geometrycollection": kSpatial, "geomcollection": kSpatial,
	"vector": kVector, "uuid": kOther, "inet4": kOther, "inet6": kOther,
}

// integers, by their bits and the digits of their largest value.
var integers = map[string]struct{ bits, digits, unsignedDigits int }{
	"tinyint": {8, 3, 3}, "smallint": {16, 5, 5}, "mediumint": {24, 7, 8}, "int": {32, 10, 10}, "bigint": {64, 19, 20},
}

// blobs and texts, by the bytes they hold.
var capacities = map[string]int{
	"tinytext": 1<<8 - 1, "text": 1<<16 - 1, "mediumtext": 1<<24 - 1, "longtext": 1<<32 - 1,
	"tinyblob": 1<<8 - 1, "blob": 1<<16 - 1, "mediumblob": 1<<24 - 1, "longblob": 1<<32 - 1,
}

// charsetBytes is what one character takes at most (server manuals).
var charsetBytes = map[string]int{"utf8mb4": 4, "utf8mb3": 3, "utf8": 3, "latin1": 1, "ascii": 1, "binary": 1, "gbk": 2, "gb18030": 4, "ucs2": 2, "utf16": 4, "utf32": 4}

// between lists the conversions from one kind to another. What it lacks is narrowing.
var between = map[[2]kind]func(old, new Type, o TypeOptions) TypeChange{
	{kInt, kDecimal}:        intToDecimal,
	{kInt, kFloat}:          intToFloat,
	{kInt, kText}:           intToText,
	{kInt, kBit}:            narrowing("it is stored as bits: negative and larger values do not fit (error 1264)"),
	{kDecimal, kFloat}:      silent("decimal digits that the float has no room for are rounded without an error"),
	{kDecimal, kInt}:        decimalToInt,
	{kFloat, kInt}:          silent("the digits after the point are rounded away without an error"),
	{kFloat, kDecimal}:      silent("digits are rounded without an error"),
	{kBit, kInt}:            bitToInt,
	{kText, kInt}:           narrowing("text that is no number is refused (error 1366), and leading zeros are lost without an error"),
	{kText, kEnum}:          narrowing("values that are no member are refused (error 1265)"),
	{kText, kSet}:           narrowing("values that are no member are refused (error 1265)"),
	{kText, kJSON}:          narrowing("text that is no valid JSON is refused (error 3140, on MariaDB 4025), and JSON text is normalised"),
	{kText, kBytes}:         textToBytes,
	{kBytes, kText}:         narrowing("bytes that are no valid characters are refused (error 1366)"),
	{kEnum, kText}:          membersToText,
	{kSet, kText}:           membersToText,
	{kJSON, kText}:          jsonToText,
	{kDate, kDatetime}:      effect("the text form gains a time"),
	{kDate, kTimestamp}:     narrowing("dates outside of 1970 to 2038 do not fit (error 1292)"),
	{kDatetime, kDate}:      silent("the time of day is lost without an error"),
	{kDatetime, kTime}:      silent("the date is lost without an error"),
	{kDatetime, kYear}:      narrowing("all but the year is lost, and years outside of 1901 to 2155 are refused (error 1264)"),
	{kDatetime, kTimestamp}: datetimeToTimestamp,
	{kTimestamp, kDatetime}: timestampToDatetime,
	{kTimestamp, kDate}:     silent("the time of day is lost without an error"),
	{kTimestamp, kTime}:     silent("the date is lost without an error"),
	{kDate, kText}:          temporalToText,
	{kDatetime, kText}:      temporalToText,
	{kTimestamp, kText}:     temporalToText,
	{kTime, kText}:          temporalToText,
	{kYear, kText}:          temporalToText,
	{kYear, kInt}:           yearToInt,
	{kDecimal, kText}:       decimalToText,
}

// within lists the changes inside of a kind.
var within = map[kind]func(old, new Type, o TypeOptions) TypeChange{
	kInt: ints, kDecimal: decimals, kFloat: floats, kBit: bits, kText: texts, kBytes: bytes,
	kEnum: members, kSet: members, kDatetime: fractions, kTimestamp: fractions, kTime: fractions, kVector: vectors,
}

// CompareTypes says what becomes of the values of a column when its type goes
// from old to new. Character sets must be those in force: of the column, or
// else of its table.
func CompareTypes(old, new Type, o TypeOptions) TypeChange {
	from, to := kinds[old.Name], kinds[new.Name]
	switch {
	case from == kUnknown || to == kUnknown:
		return TypeChange{Verdict: UnknownType}
	case from == to && within[from] != nil:
		return within[from](old, new, o)
	case from == to && (old.Name == new.Name || from == kSpatial && new.Name == "geometry"):
		return TypeChange{}
	}
	if f := between[[2]kind{from, to}]; f != nil {
		return f(old, new, o)
	}
	return narrow("%s does not hold every %s", strings.ToUpper(new.Name), strings.ToUpper(old.Name))
}

func narrow(format string, args ...any) TypeChange {
	return TypeChange{Verdict: Narrowing, Why: fmt.Sprintf(format, args...)}
}

func changes(format string, args ...any) TypeChange {
	return TypeChange{Verdict: SideEffect, Why: fmt.Sprintf(format, args...)}
}

// quietly is a side effect on drivers and definitions: measured on four servers,
// the statements of an old application answer as before, or with the same value in
// a longer form.
func quietly(why string) TypeChange {
	return TypeChange{Verdict: SideEffect, Quiet: true, Why: why}
}

func narrowing(why string) func(Type, Type, TypeOptions) TypeChange {
	return func(Type, Type, TypeOptions) TypeChange { return narrow("%s", why) }
}

func silent(why string) func(Type, Type, TypeOptions) TypeChange {
	return func(Type, Type, TypeOptions) TypeChange {
		return TypeChange{Verdict: Narrowing, Why: why, Silent: true}
	}
}

func effect(why string) func(Type, Type, TypeOptions) TypeChange {
	return func(Type, Type, TypeOptions) TypeChange { return changes("%s", why) }
}

func ints(old, new Type, _ TypeOptions) TypeChange {
	a, b := integers[old.Name].bits, integers[new.Name].bits
	switch {
	case old.Name == new.Name && old.Unsigned == new.Unsigned:
		if old.Name == "tinyint" && (old.Length == 1) != (new.Length == 1) {
			return quietly("drivers and ORMs take TINYINT(1) for a boolean, and other widths for a number")
		}
		return TypeChange{}
	case !old.Unsigned && new.Unsigned:
		return narrow("negative values do not fit (error 1264)")
	case old.Unsigned && !new.Unsigned && b <= a:
		return narrow("values above %d do not fit (error 1264)", uint64(1)<<(b-1)-1)
	case b < a && new.Unsigned:
		return narrow("values above %d do not fit (error 1264)", uint64(1)<<b-1)
	case b < a:
		return narrow("values above %d do not fit (error 1264)", uint64(1)<<(b-1)-1)
	}
	return TypeChange{Verdict: Widening}
}

// digits returns the digits of a decimal before and after the point.
func digits(t Type) (whole, fraction int) {
	p, s := t.Length, max(t.Scale, 0)
	if p < 0 {
		p = 10
	}
	return p - s, s
}

func decimals(old, new Type, _ TypeOptions) TypeChange {
	oldWhole, oldFraction := digits(old)
	newWhole, newFraction := digits(new)
	switch {
	case newFraction < oldFraction:
		return TypeChange{Verdict: Narrowing, Silent: true, Why: fmt.Sprintf("digits after the point are rounded from %d to %d without an error", oldFraction, newFraction)}
	case newWhole < oldWhole:
		return narrow("values with more than %d digits before the point do not fit (error 1264)", newWhole)
	case !old.Unsigned && new.Unsigned:
		return narrow("negative values do not fit (error 1264)")
	case newFraction > oldFraction:
		return changes("values are printed with %d digits after the point", newFraction)
	case newWhole > oldWhole || old.Unsigned != new.Unsigned:
		return TypeChange{Verdict: Widening}
	}
	return TypeChange{}
}

func floats(old, new Type, _ TypeOptions) TypeChange {
	switch {
	case old.Name == "double" && new.Name == "float":
		return TypeChange{Verdict: Narrowing, Silent: true, Why: "digits are lost without an error: 1.123456789 becomes 1.12346"}
	case !old.Unsigned && new.Unsigned:
		return narrow("negative values do not fit (error 1264)")
	case new.Scale >= 0 && (old.Scale < 0 || new.Scale < old.Scale):
		return TypeChange{Verdict: Narrowing, Silent: true, Why: fmt.Sprintf("values are rounded to %d digits after the point without an error", new.Scale)}
	case new.Scale >= 0 && new.Length-new.Scale < old.Length-old.Scale:
		return narrow("values with more than %d digits before the point do not fit (error 1264)", new.Length-new.Scale)
	case old.Name != new.Name:
		return quietly("values print differently: 0.1 becomes 0.10000000149, and comparisons with it fail")
	case old.Scale != new.Scale:
		return changes("values are printed with another number of digits after the point")
	case old.Length != new.Length && new.Scale >= 0 || old.Unsigned != new.Unsigned:
		return TypeChange{Verdict: Widening}
	}
	return TypeChange{}
}

func bits(old, new Type, _ TypeOptions) TypeChange {
	a, b := max(old.Length, 1), max(new.Length, 1)
	switch {
	case b < a:
		return narrow("values of more than %d bits do not fit (error 1406)", b)
	case b > a:
		return TypeChange{Verdict: Widening}
	}
	return TypeChange{}
}

func vectors(old, new Type, _ TypeOptions) TypeChange {
	switch a, b := dimensions(old), dimensions(new); {
	case a == b:
		return TypeChange{}
	case b < a:
		return narrow("vectors of more than %d dimensions do not fit", b)
	}
	return TypeChange{Verdict: Widening}
}

// dimensions of a VECTOR: 2048 when not said (MySQL manual).
func dimensions(t Type) int {
	if t.Length < 0 {
		return 2048
	}
	return t.Length
}

func fractions(old, new Type, o TypeOptions) TypeChange {
	a, b := max(old.Scale, 0), max(new.Scale, 0)
	switch {
	case b > a:
		return quietly("the text form gains digits of a second, on which code that parses it by a fixed layout fails")
	case b < a && o.TruncatesFraction:
		return TypeChange{Verdict: Narrowing, Silent: true, Why: fmt.Sprintf("fractions of a second are cut to %d digits without an error", b)}
	case b < a:
		return TypeChange{Verdict: Narrowing, Silent: true, Why: fmt.Sprintf("fractions of a second are rounded to %d digits without an error: 23:59:59.9 becomes the next day", b)}
	}
	return TypeChange{}
}

func members(old, new Type, _ TypeOptions) TypeChange {
	if slices.Equal(old.Values, new.Values) {
		return charsets(old, new)
	}
	if len(new.Values) > len(old.Values) && slices.Equal(old.Values, new.Values[:len(old.Values)]) {
		if cs := charsets(old, new); cs.Verdict == Narrowing {
			return cs
		}
		return TypeChange{Verdict: SideEffect, Enum: true, Why: "running code may read members that it does not know"}
	}
	var gone []string
	for _, v := range old.Values {
		if !slices.Contains(new.Values, v) {
			gone = append(gone, "'"+v+"'")
		}
	}
	if len(gone) > 0 {
		return TypeChange{Verdict: Narrowing, Enum: true, Why: "rows with " + strings.Join(gone, ", ") + " are refused, and so are writes of it (error 1265)"}
	}
	return TypeChange{Verdict: Narrowing, Enum: true, Silent: true, Why: "members get other numbers: what sorts or compares by number changes"}
}

// characters returns how many characters a text type holds; bytes for the TEXT family.
func characters(t Type) (n int, fixed bool) {
	if c, ok := capacities[t.Name]; ok {
		return c, false
	}
	if t.Length < 0 {
		return 1, true
	}
	return t.Length, true
}

func texts(old, new Type, _ TypeOptions) TypeChange {
	a, oldChars := characters(old)
	b, newChars := characters(new)
	cs := charsets(old, new)
	switch {
	case oldChars && newChars && b < a:
		return narrow("values of more than %d characters do not fit (error 1406)", b)
	case !oldChars && !newChars && b < a:
		return narrow("values of more than %d bytes do not fit (error 1406)", b)
	case !oldChars && newChars && b < a: // a text may be all ASCII, one byte each
		return narrow("values of more than %d characters do not fit (error 1406)", b)
	case oldChars && !newChars && bytesIn(a, old, new) > b:
		return narrow("values of more than %d bytes do not fit (error 1406)", b)
	case cs.Verdict == Narrowing:
		return cs
	case (old.Name == "char") != (new.Name == "char"):
		return quietly("CHAR takes the blanks from the end of a value, VARCHAR and TEXT keep them")
	case cs.Verdict != Same:
		return cs
	case a != b || old.Name != new.Name:
		return TypeChange{Verdict: Widening}
	}
	return TypeChange{}
}

// perChar returns the bytes of a character; 4 where the character set is not known.
func perChar(t Type) int {
	if n, ok := charsetBytes[t.Charset]; ok {
		return n
	}
	return 4
}

// bytesIn returns the bytes that n characters of the old type take at most in
// the character set of the new one. No row has more than 65535 of the old.
func bytesIn(n int, old, new Type) int {
	per := perChar(new)
	switch from := alias(old.Charset); {
	case from == alias(new.Charset):
		return min(n*per, 1<<16-1)
	case from != "" && !slices.Contains(holds[from], "*"):
		per = min(per, 3) // it lacks the characters that take four
	}
	return n * per
}

// holds lists which character sets hold all characters of another, beside themselves.
var holds = map[string][]string{
	"utf8mb4": {"*"}, "utf16": {"*"}, "utf32": {"*"}, "utf16le": {"*"}, "gb18030": {"*"},
	"utf8mb3": {"ascii", "latin1", "ucs2", "latin2", "latin5", "latin7", "cp1250", "cp1251", "koi8r", "gb2312", "gbk", "big5", "sjis", "ujis", "euckr"},
	"ucs2":    {"ascii", "latin1", "utf8mb3"},
	"latin1":  {"ascii"}, "gbk": {"ascii", "gb2312"}, "latin2": {"ascii"}, "cp1251": {"ascii"}, "big5": {"ascii"}, "sjis": {"ascii"},
}

func charsets(old, new Type) TypeChange {
	a, b := alias(old.Charset), alias(new.Charset)
	switch {
	case a == "" && b == "" && old.Binary == new.Binary:
		return TypeChange{}
	case a == "" && (b == "" || slices.Contains(holds[b], "*")):
		return TypeChange{Charset: true, Verdict: SideEffect, Why: "the collation before is not known, and if it is another one, what compares as equal changes"}
	case a == "" || b == "":
		return TypeChange{Charset: true, Verdict: SideEffect, Why: "whether the character set holds all characters is not known, since one of the two is not"}
	case a != b && !slices.Contains(holds[b], "*") && !slices.Contains(holds[b], a):
		return TypeChange{Verdict: Narrowing, Charset: true, Why: fmt.Sprintf("characters of %s that %s lacks are refused (error 1366)", a, b)}
	case a != b:
		return TypeChange{Verdict: Widening, Charset: true}
	case collationOf(old) != collationOf(new):
		return TypeChange{Verdict: SideEffect, Charset: true, Why: "what compares as equal, and how rows sort, changes"}
	}
	return TypeChange{}
}

func alias(charset string) string {
	if charset == "utf8" {
		return "utf8mb3"
	}
	return charset
}

func collationOf(t Type) string { return strings.Replace(t.Collation, "utf8mb3_", "utf8_", 1) }

func bytes(old, new Type, _ TypeOptions) TypeChange {
	a, _ := characters(old)
	b, _ := characters(new)
	switch {
	case b < a:
		return narrow("values of more than %d bytes do not fit (error 1406)", b)
	case new.Name == "binary" && (b > a || old.Name != "binary"):
		return TypeChange{Verdict: Narrowing, Silent: true, Why: "values are filled with zero bytes at the end, which changes them without an error"}
	case a != b || old.Name != new.Name:
		return TypeChange{Verdict: Widening}
	}
	return TypeChange{}
}

func intToDecimal(old, new Type, _ TypeOptions) TypeChange {
	need := integers[old.Name].digits
	if old.Unsigned {
		need = integers[old.Name].unsignedDigits
	}
	if whole, _ := digits(new); whole < need {
		return narrow("values with more than %d digits do not fit (error 1264)", whole)
	}
	if !old.Unsigned && new.Unsigned {
		return narrow("negative values do not fit (error 1264)")
	}
	return changes("the text form may change, and drivers return another type")
}

func intToFloat(old, new Type, _ TypeOptions) TypeChange {
	exact := 53
	if new.Name == "float" {
		exact = 24
	}
	if integers[old.Name].bits > exact {
		return TypeChange{Verdict: Narrowing, Silent: true, Why: fmt.Sprintf("whole numbers above 2^%d lose digits without an error", exact)}
	}
	if !old.Unsigned && new.Unsigned {
		return narrow("negative values do not fit (error 1264)")
	}
	if whole := new.Length - new.Scale; new.Scale >= 0 && whole < integers[old.Name].unsignedDigits {
		return narrow("values with more than %d digits do not fit (error 1264)", whole)
	}
	return changes("drivers return another type")
}

func decimalToInt(old, new Type, _ TypeOptions) TypeChange {
	whole, fraction := digits(old)
	have := integers[new.Name].digits - 1 // any number of so many digits fits
	if new.Unsigned {
		have = integers[new.Name].unsignedDigits - 1
	}
	switch {
	case fraction > 0:
		return TypeChange{Verdict: Narrowing, Silent: true, Why: "the digits after the point are rounded away without an error"}
	case !old.Unsigned && new.Unsigned:
		return narrow("negative values do not fit (error 1264)")
	case whole > have:
		return narrow("some values of more than %d digits do not fit (error 1264)", have)
	}
	return changes("drivers return another type")
}

func yearToInt(_, new Type, _ TypeOptions) TypeChange {
	if new.Name == "tinyint" {
		return narrow("years do not fit (error 1264)")
	}
	return changes("years of two digits are no longer completed, and drivers return another type")
}

func intToText(old, new Type, _ TypeOptions) TypeChange {
	need := integers[old.Name].digits + 1
	if old.Unsigned {
		need = integers[old.Name].unsignedDigits
	}
	if n, _ := characters(new); n < need {
		return narrow("numbers of more than %d characters do not fit (error 1406)", n)
	}
	return quietly("text sorts and compares differently from numbers, and drivers return another type")
}

func bitToInt(old, new Type, _ TypeOptions) TypeChange {
	have := integers[new.Name].bits
	if !new.Unsigned {
		have--
	}
	if max(old.Length, 1) > have {
		return narrow("values of more than %d bits do not fit (error 1264)", have)
	}
	return changes("drivers return a number in place of bytes")
}

func textToBytes(old, new Type, _ TypeOptions) TypeChange {
	a, oldChars := characters(old)
	b, _ := characters(new)
	if oldChars && old.Charset != "" { // else a character takes one byte at least
		a = min(a*perChar(old), 1<<16-1)
	}
	if b < a {
		return narrow("values of more than %d bytes do not fit (error 1406)", b)
	}
	if new.Name == "binary" {
		return TypeChange{Verdict: Narrowing, Silent: true, Why: "values are filled with zero bytes at the end, which changes them without an error"}
	}
	return quietly("values compare byte by byte, so upper and lower case differ, and drivers return bytes")
}

func membersToText(old, new Type, _ TypeOptions) TypeChange {
	need := 0
	for _, v := range old.Values {
		n := len([]rune(v))
		if old.Name == "set" {
			need += n + 1
		} else {
			need = max(need, n)
		}
	}
	if old.Name == "set" {
		need--
	}
	if n, _ := characters(new); n < need {
		return narrow("members of more than %d characters do not fit (error 1406)", n)
	}
	return changes("the order of the members is lost: what sorts or compares by number changes")
}

func jsonToText(_, new Type, _ TypeOptions) TypeChange {
	if new.Name != "longtext" {
		return narrow("documents that are longer than %s do not fit (error 1406)", new)
	}
	if cs := charsets(Type{Charset: "utf8mb4"}, new); cs.Verdict == Narrowing {
		return cs
	}
	return changes("JSON functions and operators on it stop to work with indexes")
}

func datetimeToTimestamp(_, _ Type, o TypeOptions) TypeChange {
	last := 2038
	if o.Timestamp2106 {
		last = 2106
	}
	return narrow("values outside of 1970 to %d do not fit (error 1292), and the others are converted from the time zone of the session", last)
}

func timestampToDatetime(old, new Type, o TypeOptions) TypeChange {
	if c := fractions(old, new, o); c.Verdict == Narrowing {
		return c
	}
	return changes("values keep the time zone of the session that converts them")
}

// lengths of the text form of a date or time, without fractions.
var textForm = map[string]int{"year": 4, "date": 10, "datetime": 19, "timestamp": 19, "time": 10}

func temporalToText(old, new Type, _ TypeOptions) TypeChange {
	need := textForm[old.Name]
	if old.Scale > 0 {
		need += 1 + old.Scale
	}
	if n, _ := characters(new); n < need {
		return narrow("values of %d characters do not fit (error 1406)", need)
	}
	return changes("drivers return text, and time zones and formats are no longer checked")
}

func decimalToText(old, new Type, _ TypeOptions) TypeChange {
	whole, fraction := digits(old)
	need := max(whole, 1) + fraction
	if fraction > 0 {
		need++ // the point
	}
	if !old.Unsigned {
		need++
	}
	if n, _ := characters(new); n < need {
		return narrow("numbers of more than %d characters do not fit (error 1406)", n)
	}
	return quietly("text sorts and compares differently from numbers, and drivers return another type")
}

// CharsetBytes returns what a character takes at most, in bytes; 4 for a
// character set that is not known.
func CharsetBytes(charset string) int { return perChar(Type{Charset: charset}) }
