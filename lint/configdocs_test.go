package lint

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/expandcheck/expandcheck/analyzer/uses"
	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/server"
	"github.com/expandcheck/expandcheck/rules"
)

// The schema of the configuration and its reference are made from the structs that
// it is read into, and from the comments on their fields.

var update = flag.Bool("update", false, "write the schema and the reference of the configuration anew")

const (
	schemaFile    = "../docs/expandcheck.schema.json"
	referenceFile = "../docs/configuration.md"
)

// A key is one of the configuration.
type key struct {
	name, about string
	of          string // its type in Go
	keys        []key  // of the struct that its type holds
	required    bool
}

// ofStruct are what a struct has beside keys, and which of them must be given.
var ofStruct = map[string]struct{ first, required, left []string }{
	"Config":          {first: []string{"Base"}},
	"MigrationsEntry": {required: []string{"dir"}},
	"Move":            {required: []string{"from", "to"}, left: []string{"Line"}},
	"Ignore":          {required: []string{"rule", "at", "reason"}, left: []string{"Line"}},
	"uses.Wrapper":    {required: []string{"func"}},
}

// configKeys reads the keys from the files that declare the structs.
func configKeys(t *testing.T) []key {
	t.Helper()
	structs := map[string]*ast.StructType{}
	for prefix, name := range map[string]string{"": "config.go", "uses.": "../analyzer/uses/wrapper.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if s, ok := spec.Type.(*ast.StructType); ok {
					structs[prefix+spec.Name.Name] = s
				}
			}
			return true
		})
	}
	return keysOf(t, structs, "Config")
}

func keysOf(t *testing.T, structs map[string]*ast.StructType, name string) []key {
	t.Helper()
	about := ofStruct[name]
	started := len(about.first) == 0
	var out []key
	for _, f := range structs[name].Fields.List {
		field := f.Names[0].Name
		if started = started || slices.Contains(about.first, field); !started || slices.Contains(about.left, field) || !ast.IsExported(field) {
			continue
		}
		k := key{name: keyName(field), of: typeName(f.Type), about: strings.TrimSpace(f.Comment.Text())}
		k.required = slices.Contains(about.required, k.name)
		if k.about == "" {
			t.Errorf("%s.%s: a comment is missing: it is what the documentation says", name, field)
		}
		if element := strings.TrimPrefix(k.of, "[]"); structs[element] != nil {
			k.keys = keysOf(t, structs, element)
		}
		out = append(out, k)
	}
	return out
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return typeName(e.X) + "." + e.Sel.Name
	case *ast.ArrayType:
		return "[]" + typeName(e.Elt)
	case *ast.MapType:
		return "map[" + typeName(e.Key) + "]" + typeName(e.Value)
	}
	return fmt.Sprintf("%T", e)
}

// keyName spells the name of a field as the configuration does.
func keyName(field string) string {
	switch field {
	case "Ignores":
		return "ignore"
	case "SQL":
		return "sql"
	}
	var b strings.Builder
	for i, r := range field {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// choices returns the values of a key that has few.
func (k key) choices() []string {
	switch {
	case k.name == "layout":
		var names []string
		for _, l := range migration.Layouts() {
			names = append(names, l.Name)
		}
		return names
	case k.name == "server":
		return server.Names()
	case k.name == "does":
		return uses.Verbs()
	case k.of == "Deploy":
		return []string{string(Separate), string(MigrationsFirst)}
	case k.of == "map[string]rules.Severity":
		return []string{"error", "warning", "info", "off"}
	}
	return nil
}

func ruleNames() []string {
	var names []string
	for _, r := range rules.All() {
		names = append(names, r.Name)
	}
	return names
}

// A node is a part of a JSON schema.
type node map[string]any

func schemaOf(t *testing.T, keys []key) node {
	t.Helper()
	properties, required := node{}, []string{}
	for _, k := range keys {
		n := k.schema(t)
		n["description"] = k.about
		properties[k.name] = n
		if k.required {
			required = append(required, k.name)
		}
	}
	out := node{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func (k key) schema(t *testing.T) node {
	t.Helper()
	text := node{"type": []string{"string", "number"}} // 20260301120000 needs no quotes
	switch {
	case k.keys != nil:
		return node{"type": "array", "items": schemaOf(t, k.keys)}
	case k.of == "map[string]rules.Severity":
		return node{"type": "object", "propertyNames": node{"enum": ruleNames()}, "additionalProperties": node{"enum": k.choices()}}
	case k.choices() != nil:
		return node{"enum": k.choices()}
	case k.name == "rule":
		return node{"enum": ruleNames()}
	}
	switch k.of {
	case "string":
		return text
	case "bool":
		return node{"type": "boolean"}
	case "int":
		return node{"type": "integer", "minimum": 0}
	case "[]string":
		return node{"anyOf": []node{text, {"type": "array", "items": text}}}
	case "map[string]string":
		return node{"type": "object", "additionalProperties": text}
	case "map[string]bool":
		return node{"type": "object", "additionalProperties": node{"type": "boolean"}}
	}
	t.Fatalf("%s: no schema for %s", k.name, k.of)
	return nil
}

func configSchema(t *testing.T) []byte {
	t.Helper()
	s := schemaOf(t, configKeys(t))
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = ConfigFile
	s["$comment"] = "Made from lint/config.go: go test ./lint -run TestConfigDocs -update"
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// takes says what the value of a key is.
func (k key) takes() string {
	if c := k.choices(); c != nil {
		names := "`" + strings.Join(c, "`, `") + "`"
		if strings.HasPrefix(k.of, "map") {
			return "a mapping of [rules](rules.md) to " + names
		}
		return names
	}
	switch {
	case k.name == "rule":
		return "the name of a [rule](rules.md)"
	case k.keys != nil:
		return "a list, see below"
	}
	switch k.of {
	case "bool":
		return "`true`, `false`"
	case "int":
		return "a number"
	case "[]string":
		return "a text, or a list of them"
	case "map[string]string":
		return "a mapping of names to texts"
	case "map[string]bool":
		return "a mapping of names to `true`, `false`"
	}
	return "a text"
}

// reference lists the keys for people.
func reference(heading string, keys []key) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n| key | value | |\n|---|---|---|\n", heading)
	for _, k := range keys {
		needed := ""
		if k.required {
			needed = " (required)"
		}
		fmt.Fprintf(&b, "| `%s`%s | %s | %s |\n", k.name, needed, k.takes(), k.about)
	}
	b.WriteByte('\n')
	for _, k := range keys {
		if k.keys != nil {
			b.WriteString(reference(fmt.Sprintf("### Each of `%s:`", k.name), k.keys))
		}
	}
	return b.String()
}

func TestConfigDocs(t *testing.T) {
	const start, end = "<!-- keys: go test ./lint -run TestConfigDocs -update -->\n", "<!-- /keys -->"
	page, err := os.ReadFile(referenceFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), start)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no %s … %s", referenceFile, start, end)
	}
	made := map[string]string{
		schemaFile:    string(configSchema(t)),
		referenceFile: before + start + reference("## Keys", configKeys(t)) + end + after,
	}
	for name, want := range made {
		if *update {
			if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("%s is stale (%v): run go test ./lint -run TestConfigDocs -update", filepath.Base(name), err)
		}
	}
}

// The keys of the documentation are those that are read.
func TestConfigKeysAreThoseThatAreRead(t *testing.T) {
	var check func(place, text string, keys []key)
	check = func(place, text string, keys []key) {
		names := make([]string, len(keys))
		for i, k := range keys {
			names[i] = k.name
			if k.keys != nil {
				check(k.name, k.name+": [{%s}]", k.keys)
			}
		}
		slices.Sort(names)
		_, err := ParseConfig(ConfigFile, fmt.Appendf(nil, text, "zzzzzzzzzzzz: 1"))
		want := "known are " + strings.Join(names, ", ") + "\n"
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: the keys of the struct are %s; of those that are read: %v", place, want, err)
		}
	}
	check("the top", "%s", configKeys(t))
}

// The schema and the reader agree.
func TestConfigSchema(t *testing.T) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(configSchema(t)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("config.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("config.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		text  string
		valid bool
	}{
		{everything, true},
		{"{}", true},
		{"base: 4.2", true},
		{"migrations: [{dir: db, since: 20260301120000}]", true},
		{"tombstone: _old", true},
		{"migrations: [{dir: db, code: cmd}]", true},
		{"rules: {drop-column: info, drop-table: off}", true},
		{"flags: {a.B: true}", true},
		{"deploy: separate", true},

		{"base: [main]", false},
		{"base: true", false},
		{"bases: main", false},
		{"[]", false},
		{"migrations: {dir: db}", false},
		{"migrations: [db]", false},
		{"migrations: [{layout: goose}]", false},
		{"migrations: [{dir: db, layout: gose}]", false},
		{"migrations: [{dir: db, server: mysql-4}]", false},
		{"migrations: [{dir: db, shared: 1}]", false},
		{"migrations: [{dir: db, since: [1]}]", false},
		{"migrations: [{dir: db, placeholders: [a]}]", false},
		{"migrations: [{dir: db, folder: x}]", false},
		{"deploy: together", false},
		{"rules: {drop-column: fatal}", false},
		{"rules: {drop-colum: off}", false},
		{"moves: [{from: a.b}]", false},
		{"moves: [{from: a.b, to: c.d, backfilled: 1}]", false},
		{"flags: {a.B: 1}", false},
		{"ignore: [{rule: drop-column, at: '*.sql'}]", false},
		{"ignore: [{rule: drop-colum, at: '*.sql', reason: why}]", false},
		{"wrappers: [{func: x.F, sql: one}]", false},
		{"wrappers: [{func: x.F, sql: -1}]", false},
	} {
		data, err := yaml.YAMLToJSON([]byte(test.text))
		if err != nil {
			t.Fatal(err)
		}
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		_, readErr := ParseConfig(ConfigFile, []byte(test.text))
		var invalid *jsonschema.ValidationError
		schemaErr := schema.Validate(instance)
		if schemaErr != nil && !errors.As(schemaErr, &invalid) {
			t.Fatal(schemaErr)
		}
		if (readErr == nil) != test.valid || (schemaErr == nil) != test.valid {
			t.Errorf("%s: want valid: %v; read: %v; schema: %v", test.text, test.valid, readErr, schemaErr)
		}
	}
}
