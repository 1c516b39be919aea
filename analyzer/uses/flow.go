package uses

import (
	"sync"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// flow answers for queries what gosrc.Flow does for the calls that run them.
type flow struct {
	mu   sync.Mutex
	flow func() *gosrc.Flow // made when somebody asks
	read *reading
}

func newFlow(p *gosrc.Program, flags map[string]bool, r *reading) *flow {
	return &flow{flow: sync.OnceValue(func() *gosrc.Flow { return gosrc.NewFlow(p, flags) }), read: r}
}

func (f *flow) must(q *schema.Query, others []*schema.Query) bool {
	a, ok := f.read.sites[q]
	if !ok {
		return false
	}
	var sites []gosrc.Site
	for _, o := range others {
		if s, ok := f.read.sites[o]; ok {
			sites = append(sites, s)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(sites) > 0 && f.flow().Must(a, sites)
}
