package gosrc

import (
	"go/ast"
	"maps"
	"slices"
)

// A goal is what must be reached.
type goal struct {
	nodes nodeSet // whoever calls the functions that they stand in
	some  []Site  // for some calls of their functions
}

// goal also takes the calls of a function which make a site happen, if they always do.
func (f *Flow) goal(sites []Site) *goal {
	g := &goal{nodes: make(nodeSet, len(sites))}
	for _, s := range sites {
		f.aim(g, s, maxDepth)
	}
	return g
}

func (f *Flow) aim(g *goal, s Site, depth int) {
	if len(s.From) == 0 {
		g.nodes[s.Node] = true
		return
	}
	g.some = append(g.some, s)
	if depth == 0 || !f.reaches(s) {
		return
	}
	for _, call := range s.From {
		f.aim(g, call, depth-1)
	}
}

// reaches says whether every call of its function comes to a site.
func (f *Flow) reaches(s Site) bool {
	f.covered = map[*ast.FuncDecl]bool{}
	return f.graph(s.Package, s.Decl.Body).everyPath(f.flags, f.leadsTo(s.Package, s.Decl, nodeSet{s.Node: true}))
}

// in are the nodes that count in the function of a site, for the calls by which it happens.
func (g *goal) in(a Site) nodeSet {
	out := g.nodes
	for _, s := range g.some {
		if s.Decl != a.Decl || len(a.From) == 0 || !allOf(a.From, s.From) {
			continue
		}
		if len(out) == len(g.nodes) {
			out = maps.Clone(g.nodes)
		}
		out[s.Node] = true
	}
	return out
}

// allOf says whether all calls of one list are among those of another.
func allOf(list, among []Site) bool {
	return !slices.ContainsFunc(list, func(c Site) bool {
		return !slices.ContainsFunc(among, func(d Site) bool {
			return c.Node == d.Node && (len(d.From) == 0 || len(c.From) > 0 && allOf(c.From, d.From))
		})
	})
}
