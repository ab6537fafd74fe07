package bench

import (
	"time"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// parts takes a few steps more and times their parts.
func (s *stepper) parts(f *StepFigures) error {
	spent := map[string]time.Duration{}
	s.timeSettling(spent)
	forward := ancestors(s.network.LossNode())
	s.network.Observe(func(n *gorgonia.Node, took time.Duration) {
		part := "backward"
		if forward[n.ID()] {
			part = "forward"
			if kind := graph.KindOf(n.Op()); kind == graph.OpLookup || kind == graph.OpIndex {
				part = "lookup"
			}
		}
		spent[part] += took
	})
	start := time.Now()
	for range 50 {
		if err := s.step(); err != nil {
			return err
		}
	}
	total := time.Since(start)
	spent["lookup"] -= spent["settle"] // which happens inside
	spent["update"] = total
	for part, took := range spent {
		if part != "update" {
			spent["update"] -= took
		}
	}
	f.Parts = map[string]float64{}
	for part, took := range spent {
		f.Parts[part] = float64(took) / float64(total)
	}
	return nil
}

// timeSettling adds the time of settling to spent from now on.
func (s *stepper) timeSettling(spent map[string]time.Duration) {
	for w := range s.weights.All() {
		if w.Table == nil {
			continue
		}
		if inside := w.Table.Settler(); inside != nil {
			w.Table.SetSettler(&timedSettler{inside, spent})
		}
		if inside := w.Table.Reader(); inside != nil {
			w.Table.SetReader(&timedReader{inside, spent})
		}
	}
}

// timedSettler measures how long settling takes.
type timedSettler struct {
	graph.Settler
	spent map[string]time.Duration
}

// Settle implements graph.Settler.
func (t *timedSettler) Settle(rows []int32) {
	start := time.Now()
	t.Settler.Settle(rows)
	t.spent["settle"] += time.Since(start)
}

// timedReader measures how long it takes to read rows in bfloat16, which settles them.
type timedReader struct {
	inside graph.RowReader
	spent  map[string]time.Duration
}

// ReadRows implements graph.RowReader.
func (t *timedReader) ReadRows(dst []float32, rows []int32) {
	start := time.Now()
	t.inside.ReadRows(dst, rows)
	t.spent["settle"] += time.Since(start)
}

// ancestors are the nodes that a node is computed from, and itself.
func ancestors(n *gorgonia.Node) map[int64]bool {
	seen := map[int64]bool{}
	var visit func(n *gorgonia.Node)
	visit = func(n *gorgonia.Node) {
		if seen[n.ID()] {
			return
		}
		seen[n.ID()] = true
		for _, in := range graph.InputsOf(n) {
			visit(in)
		}
	}
	visit(n)
	return seen
}
