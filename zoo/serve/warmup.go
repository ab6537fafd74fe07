package serve

import (
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
)

// recentCalls is how many of the last requests warm up a new version, and every how many requests one is kept.
const (
	recentCalls = 16
	keepEvery   = 256
)

// recent keeps some of the last requests of a model.
type recent struct {
	seen atomic.Uint64
	lock sync.Mutex
	list [recentCalls][]encode.Cells
	next int
}

// keep keeps the inputs of one call in many.
func (r *recent) keep(c *Call) {
	if (r.seen.Add(1)-1)%keepEvery != 0 {
		return
	}
	inputs := make([]encode.Cells, len(c.Inputs))
	for i := range c.Inputs {
		inputs[i] = cloneCells(&c.Inputs[i])
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	r.list[r.next] = inputs
	r.next = (r.next + 1) % recentCalls
}

func (r *recent) calls() [recentCalls][]encode.Cells {
	r.lock.Lock()
	defer r.lock.Unlock()
	return r.list
}

// cloneCells copies cells whose texts will not stay valid.
func cloneCells(c *encode.Cells) encode.Cells {
	out := encode.Cells{
		Column: strings.Clone(c.Column), Texts: cloneTexts(c.Texts),
		Ints: slices.Clone(c.Ints), Floats: slices.Clone(c.Floats), Doubles: slices.Clone(c.Doubles),
	}
	for _, list := range c.Lists {
		out.Lists = append(out.Lists, cloneTexts(list))
	}
	return out
}

func cloneTexts(texts []string) []string {
	out := slices.Clone(texts)
	for i := range out {
		out[i] = strings.Clone(out[i])
	}
	return out
}

// warmUp compiles the networks of all sizes, and answers the last requests of the model. What is wrong with a single request
// does not matter.
func (v *version) warmUp(r *recent) error {
	if err := v.predictor.WarmUp(); err != nil {
		return err
	}
	for _, inputs := range r.calls() {
		if inputs == nil {
			continue
		}
		var c Call
		c.Inputs, c.AllowMissing = inputs, true
		if err := v.answer(&c, math.MaxInt); err != nil && KindOf(err) == Internal {
			return err
		}
	}
	return nil
}
