package gosrc

import (
	"slices"
	"testing"
)

func TestImportsOf(t *testing.T) {
	for text, want := range map[string][]string{
		"package a\n": nil,
		"// Copyright\n\npackage a // of\n\nimport \"x/y\"\n":                                                                            {"x/y"},
		"package a\r\n\r\nimport (\r\n\t_ \"a/b-c.v2\" // driver\r\n\r\n\t// more\r\n\tq \"u\"\r\n)\r\n\r\nfunc f() { }\r\nimport \"z\"": {"a/b-c.v2", "u"},
		"package a\nimport . \"x\"\nimport \"C\"\nvar v int":                                                                             {"x", "C"},
		"/* Copyright */\npackage a\nimport (\"x\"; `y`)\n":                                                                              {"x", "y"},
		"package a\nimport (\n\t/* why */ \"x\"\n\t\"é\"\n)\n":                                                                           {"x", "é"},
		"package a; import \"x\"\n":                                                                                                      {"x"},
		"package _\nimport \"x\"\n":                                                                                                      {"x"},
		"package func\nimport \"x\"\n":                                                                                                   nil,
		"package a\nimport \"x\"\nx":                                                                                                     {"x"},
		"package a\nimport (\n\t\"x\"\n":                                                                                                 {"x"},
		"import \"x\"\n":                                                                                                                 nil,
		"":                                                                                                                               nil,
	} {
		if got := importsOf([]byte(text)); !slices.Equal(got, want) {
			t.Errorf("%q imports %q, want %q", text, got, want)
		}
		if got, plain := plainImports(head([]byte(text))); plain && !slices.Equal(got, want) {
			t.Errorf("%q plainly imports %q, want %q", text, got, want)
		}
	}
}
