package migration

import (
	"encoding/json"
	"path"
	"sort"
	"strings"
)

var temporal = &Layout{
	Name: "temporal",
	Doc:  "v1.2/manifest.json, which lists the files of a version (Temporal, Cadence)",
	// tools/common/schema, updatetask.go: runs the versions after the current one.
	OutOfOrder: Skips,
	detect: func(l *listing) bool {
		for _, d := range l.dirs {
			if isManifestFolder(d) && l.has(path.Join(d, "manifest.json")) {
				return true
			}
		}
		return false
	},
	read: readManifests,
}

func isManifestFolder(name string) bool {
	v, ok := strings.CutPrefix(name, "v")
	return ok && v != "" && isFlywayVersion(v)
}

func readManifests(r *reader) error {
	var versions []string
	for _, d := range r.dirs {
		if isManifestFolder(d) {
			versions = append(versions, d)
		}
	}
	sort.SliceStable(versions, func(i, j int) bool { return compareVersions(versions[i][1:], versions[j][1:]) < 0 })
	seen := map[string]string{}
	for _, d := range versions {
		s := r.sub(d)
		if s == nil {
			continue
		}
		key := versionKey(d[1:])
		if earlier := seen[key]; earlier != "" {
			r.problem("duplicate-version", r.path(d), duplicate(d[1:], r.path(earlier)), "")
		}
		seen[key] = d
		r.manifest(d, s)
	}
	r.rest(r.files, "it is in no version folder: the schema tool never runs it")
	if r.dir != "." && r.has("../schema.sql") {
		r.out.Snapshots = append(r.out.Snapshots, path.Join(path.Dir(r.dir), "schema.sql"))
	}
	return nil
}

// manifest reads one version folder.
func (r *reader) manifest(d string, s *listing) {
	where := r.path(path.Join(d, "manifest.json"))
	b := s.bytes("manifest.json")
	if b == nil {
		r.problem(refused, r.path(d), "this version folder has no manifest.json: the schema tool stops at it", "")
		return
	}
	var m struct {
		CurrVersion          string
		Description          string
		SchemaUpdateCqlFiles []string
	}
	if err := json.Unmarshal(b, &m); err != nil {
		r.problem(refused, where, "the manifest cannot be read: "+err.Error(), "")
		return
	}
	if m.CurrVersion != d[1:] {
		r.problem(refused, where, "CurrVersion is "+m.CurrVersion+", but the folder is "+d+": the schema tool refuses it", "")
	}
	byName := map[string]*file{}
	for _, f := range s.files {
		byName[path.Base(f.name)] = f
	}
	out := &Migration{Version: d[1:], Name: m.Description, Path: where}
	for i, name := range m.SchemaUpdateCqlFiles {
		f := byName[name]
		if f == nil {
			r.problem(refused, where, "the manifest lists "+name+", which is not there", "")
			continue
		}
		if i == 0 {
			out.Path = f.path
		}
		if text := r.open(f); text != nil {
			r.fill(out, text, whole(text))
		}
	}
	r.out.Migrations = append(r.out.Migrations, out)
	r.rest(s.files, "it is not listed in manifest.json: the schema tool never runs it")
}
