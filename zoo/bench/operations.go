package bench

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// OperationFigures are of all operations of a step that have one name. What a step does besides is named "settle", whose time
// is not counted again for the lookups within which rows are settled, and "load and update".
type OperationFigures struct {
	Name         string  `json:"name"`
	Milliseconds float64 `json:"ms"`               // in the step in which they took the least
	Gflops       float64 `json:"gflops,omitempty"` // of their matrix products, if they have any
}

// operation times what has one name.
type operation struct {
	spent, best time.Duration // in this step, and the least
	flops       int           // of this step
}

// operations takes steps more and times the operations of each. Those that take longest come first.
func (s *stepper) operations(ctx context.Context) ([]OperationFigures, error) {
	settled := map[string]time.Duration{}
	s.timeSettling(settled)
	all := map[string]*operation{}
	named := func(name string) *operation {
		if all[name] == nil {
			all[name] = &operation{best: math.MaxInt64}
		}
		return all[name]
	}
	var begin time.Time
	rest := func() time.Duration { // of the step, that nobody has counted
		left := time.Since(begin)
		for _, o := range all {
			left -= o.spent
		}
		return left
	}
	s.network.Observe(func(n *gorgonia.Node, took time.Duration) {
		o, settle := named(graph.NameOf(n.Op())), named("settle")
		o.spent += took - (settled["settle"] - settle.spent)
		o.flops += graph.FlopsOf(n.Op())
		settle.spent = settled["settle"]
	})
	defer s.network.Observe(nil)
	for range 50 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		clear(settled)
		for _, o := range all {
			o.spent, o.flops = 0, 0
		}
		begin = time.Now()
		if err := s.step(); err != nil {
			return nil, err
		}
		named("load and update").spent = rest()
		for _, o := range all {
			o.best = min(o.best, o.spent)
		}
	}
	return operationFigures(all), nil
}

func operationFigures(all map[string]*operation) []OperationFigures {
	list := make([]OperationFigures, 0, len(all))
	for name, o := range all {
		list = append(list, OperationFigures{name, milliseconds(o.best), float64(o.flops) / float64(max(o.best, 1))})
	}
	slices.SortFunc(list, func(a, b OperationFigures) int {
		return cmp.Or(cmp.Compare(b.Milliseconds, a.Milliseconds), cmp.Compare(a.Name, b.Name))
	})
	return list
}
