package mysql

import (
	"github.com/pingcap/tidb/pkg/parser/charset"
)

// The character sets that servers have and the parser has not: with one of
// them it refuses the whole statement. Name, default collation, other
// collations, bytes a character takes at most (MySQL manual, "Supported Character Sets").
var moreCharsets = []struct {
	name       string
	collations []string // the default first
	maxLen     int
}{
	{"armscii8", []string{"armscii8_general_ci", "armscii8_bin"}, 1},
	{"big5", []string{"big5_chinese_ci", "big5_bin"}, 2},
	{"cp1250", []string{"cp1250_general_ci", "cp1250_bin", "cp1250_croatian_ci", "cp1250_czech_cs", "cp1250_polish_ci"}, 1},
	{"cp1251", []string{"cp1251_general_ci", "cp1251_bin", "cp1251_bulgarian_ci", "cp1251_general_cs", "cp1251_ukrainian_ci"}, 1},
	{"cp1256", []string{"cp1256_general_ci", "cp1256_bin"}, 1},
	{"cp1257", []string{"cp1257_general_ci", "cp1257_bin", "cp1257_lithuanian_ci"}, 1},
	{"cp850", []string{"cp850_general_ci", "cp850_bin"}, 1},
	{"cp852", []string{"cp852_general_ci", "cp852_bin"}, 1},
	{"cp866", []string{"cp866_general_ci", "cp866_bin"}, 1},
	{"cp932", []string{"cp932_japanese_ci", "cp932_bin"}, 2},
	{"dec8", []string{"dec8_swedish_ci", "dec8_bin"}, 1},
	{"eucjpms", []string{"eucjpms_japanese_ci", "eucjpms_bin"}, 3},
	{"euckr", []string{"euckr_korean_ci", "euckr_bin"}, 2},
	{"gb2312", []string{"gb2312_chinese_ci", "gb2312_bin"}, 2},
	{"geostd8", []string{"geostd8_general_ci", "geostd8_bin"}, 1},
	{"greek", []string{"greek_general_ci", "greek_bin"}, 1},
	{"hebrew", []string{"hebrew_general_ci", "hebrew_bin"}, 1},
	{"hp8", []string{"hp8_english_ci", "hp8_bin"}, 1},
	{"keybcs2", []string{"keybcs2_general_ci", "keybcs2_bin"}, 1},
	{"koi8r", []string{"koi8r_general_ci", "koi8r_bin"}, 1},
	{"koi8u", []string{"koi8u_general_ci", "koi8u_bin"}, 1},
	{"latin2", []string{"latin2_general_ci", "latin2_bin", "latin2_croatian_ci", "latin2_czech_cs", "latin2_hungarian_ci"}, 1},
	{"latin5", []string{"latin5_turkish_ci", "latin5_bin"}, 1},
	{"latin7", []string{"latin7_general_ci", "latin7_bin", "latin7_estonian_cs", "latin7_general_cs"}, 1},
	{"macce", []string{"macce_general_ci", "macce_bin"}, 1},
	{"macroman", []string{"macroman_general_ci", "macroman_bin"}, 1},
	{"sjis", []string{"sjis_japanese_ci", "sjis_bin"}, 2},
	{"swe7", []string{"swe7_swedish_ci", "swe7_bin"}, 1},
	{"tis620", []string{"tis620_thai_ci", "tis620_bin"}, 1},
	{"ucs2", []string{"ucs2_general_ci", "ucs2_bin", "ucs2_unicode_ci"}, 2},
	{"ujis", []string{"ujis_japanese_ci", "ujis_bin"}, 3},
	{"utf16", []string{"utf16_general_ci", "utf16_bin", "utf16_unicode_ci"}, 4},
	{"utf16le", []string{"utf16le_general_ci", "utf16le_bin"}, 4},
	{"utf32", []string{"utf32_general_ci", "utf32_bin", "utf32_unicode_ci"}, 4},
}

// The parser keeps its character sets in global maps: they must be complete
// before the first goroutine parses.
func init() {
	id := 10000 // out of the way of the ids that the parser knows
	for _, cs := range moreCharsets {
		charset.AddCharset(&charset.Charset{Name: cs.name, DefaultCollation: cs.collations[0],
			Collations: map[string]*charset.Collation{}, Maxlen: cs.maxLen})
		for i, name := range cs.collations {
			if knownCollation(name) {
				continue
			}
			id++
			charset.AddCollation(&charset.Collation{ID: id, CharsetName: cs.name, Name: name, IsDefault: i == 0})
		}
	}
}

func knownCollation(name string) bool {
	_, err := charset.GetCollationByName(name)
	return err == nil
}
