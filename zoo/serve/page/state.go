package page

import (
	"slices"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/serve"
)

// state is what changes from moment to moment.
type state struct {
	Ready   bool         `json:"ready"` // all models are loaded, and the server does not drain
	AtWork  int          `json:"at_work"`
	Models  []modelState `json:"models"`
	Changes []change     `json:"changes"` // the newest first
	Edges   []float32    `json:"edges"`   // between the bins of the probabilities
}

// modelState is that of a model.
type modelState struct {
	Name    string    `json:"name"`
	Version string    `json:"version"` // "" if it is not loaded
	Reason  string    `json:"reason"`  // why not, or why the latest load failed
	Loaded  time.Time `json:"loaded"`
	Live    figures   `json:"live"`
}

// change is a change of a version, or an attempt at one.
type change struct {
	At      time.Time `json:"at"`
	Model   string    `json:"model"`
	Version string    `json:"version"` // that is served since then; "" for none
	Error   string    `json:"error"`   // why the version stayed the same

	loaded time.Time
}

// keptChanges is how many changes a page knows.
const keptChanges = 50

func (p *Page) state(s *serve.Server) state {
	out := state{Ready: s.Ready(), AtWork: s.AtWork(), Models: []modelState{}, Edges: edges[:]}
	now := time.Now()
	for _, m := range s.Models() {
		one := modelState{Name: m.Name, Version: m.Version, Reason: m.Reason, Loaded: m.Loaded}
		if t := p.of(m.Name); t != nil {
			one.Live = t.figures(now)
		}
		out.Models = append(out.Models, one)
	}
	p.lock.RLock()
	defer p.lock.RUnlock()
	out.Changes = append([]change{}, p.changes...)
	slices.Reverse(out.Changes)
	return out
}

func (p *Page) of(model string) *traffic {
	p.lock.RLock()
	defer p.lock.RUnlock()
	return p.traffic[model]
}

// Answered counts a request.
func (p *Page) Answered(c *serve.Call, err error) {
	if t := p.of(c.Model); t != nil { // else a client made the name up
		t.count(c, err)
	}
}

// Changed keeps a change of a version. What is said of the version that is served already is none.
func (p *Page) Changed(m serve.Status, err error) {
	c := change{At: time.Now(), Model: m.Name, Version: m.Version, loaded: m.Loaded}
	if err != nil {
		c.Error = err.Error()
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.traffic[m.Name] == nil {
		p.traffic[m.Name] = &traffic{}
	}
	isKnown := func(o change) bool { return o.Model == c.Model && o.Version != "" && o.loaded.Equal(c.loaded) }
	if err == nil && slices.ContainsFunc(p.changes, isKnown) {
		return
	}
	if p.changes = append(p.changes, c); len(p.changes) > keptChanges {
		p.changes = slices.Delete(p.changes, 0, 1)
	}
}
