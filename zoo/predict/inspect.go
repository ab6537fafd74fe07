package predict

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// ErrNotLoaded is wrapped by the error of Inspect for a model that was not loaded from a checkpoint.
var ErrNotLoaded = errors.New("zoo: only a model that was loaded can be inspected")

// Inspect reads the state of the solver and goes through all rows. Of a model without such a state (see Save) nothing is
// known of the rows' gradients: Never is NaN.
func (t *Trained) Inspect() (*Report, error) {
	m := t.manifest
	if m == nil {
		return nil, ErrNotLoaded
	}
	if t.Weights.Freed() {
		return nil, ErrFreed
	}
	r := &Report{
		Path: t.Path, Model: fmt.Sprintf("%T%+v", t.Model, t.Model), Solver: t.Solver, Precision: m.Run.Precision,
		Steps: m.Position.Steps, Epochs: metrics.Whole(t.History), History: t.History,
	}
	for _, name := range slices.Sorted(maps.Keys(m.Parts)) {
		r.Files = append(r.Files, FileReport{name, m.Parts[name].Bytes})
	}
	var state *checkpoint.Mapped
	if m.HasState() {
		var err error
		if state, err = checkpoint.OpenState(t.Path); err != nil {
			return nil, fmt.Errorf("zoo: %w", err)
		}
		defer state.Close()
	}
	for w := range t.Weights.All() {
		r.Weights = append(r.Weights, describe(w))
		if w.Table == nil {
			continue
		}
		if err := t.inspectTable(r, w, state); err != nil {
			return nil, fmt.Errorf("zoo: %w", err)
		}
	}
	return r, nil
}

// inspectTable adds the segments of a table to the report.
func (t *Trained) inspectTable(r *Report, w *graph.Weight, state *checkpoint.Mapped) error {
	all := group{weight: w}
	if state != nil {
		recency, err := solvers.RecencyOf(func(part string) ([]uint32, error) {
			return checkpoint.View[uint32](state, solvers.PartName(w.Name, part))
		})
		if err != nil {
			return err
		}
		all.recency = &recency
	}
	for from, f := range t.segments() {
		segment, err := t.segment(all, f, from)
		if err != nil {
			return err
		}
		r.Segments = append(r.Segments, segment)
	}
	return nil
}

func describe(w *graph.Weight) WeightReport {
	var sum float64
	zero := 0
	for _, v := range w.Values() {
		sum += float64(v) * float64(v)
		if v == 0 {
			zero++
		}
	}
	return WeightReport{w.Name, w.Shape[0], w.Shape[1], w.Table != nil, math.Sqrt(sum), float64(zero) / float64(len(w.Values()))}
}

// segments yields the fields that have rows of their own, with the first of them in every table.
func (t *Trained) segments() iter.Seq2[int, int] {
	return func(yield func(from, field int) bool) {
		from := 0
		for i, f := range t.Fields {
			if f.Kind == datasets.Numeric || f.Shares != "" {
				continue
			}
			if !yield(from, i) {
				return
			}
			from += f.Rows
		}
	}
}

// segment describes the rows of a field, which begin at from in the table of an empty group.
func (t *Trained) segment(empty group, field, from int) (Segment, error) {
	f, all := t.Fields[field], empty
	out := Segment{Table: empty.weight.Name, Field: f.Name}
	var buckets []group
	var bucketOf []uint8
	vocabulary := t.vocabulary(field)
	if vocabulary != nil {
		var err error
		if bucketOf, err = solvers.FrequencyBuckets(counts(vocabulary), FrequencyBuckets); err != nil {
			return out, err
		}
		buckets = slices.Repeat([]group{empty}, FrequencyBuckets)
	}
	for id := range f.Rows {
		count := 0
		if buckets != nil {
			count = vocabulary.Count(int32(id))
			buckets[bucketOf[id]-1].add(from+id, count)
		}
		all.add(from+id, count)
	}
	out.Group = all.finish()
	for _, b := range buckets {
		out.Buckets = append(out.Buckets, b.finish())
	}
	return out, nil
}

// vocabulary returns that of a field, or nil: buckets have none.
func (t *Trained) vocabulary(field int) *datasets.Vocabulary {
	if t.Encoding == nil {
		return nil
	}
	return t.Encoding.Vocabularies[field]
}

func counts(v *datasets.Vocabulary) []int {
	list := make([]int, v.Len())
	for id := range list {
		list[id] = v.Count(int32(id))
	}
	return list
}

// group gathers rows for a Group.
type group struct {
	Group
	weight      *graph.Weight
	recency     *solvers.Recency // nil if it is not known
	zero, never int
	norms       float64
	ages        []int
}

func (g *group) add(row, count int) {
	dim := g.weight.Shape[1]
	norm := norm(g.weight.Values()[row*dim : (row+1)*dim])
	g.Rows++
	g.Occurrences += count
	g.norms += norm
	if norm == 0 {
		g.zero++
	}
	if g.recency == nil {
		return
	}
	if latest := g.recency.LastGradient(row); latest > 0 {
		g.ages = append(g.ages, g.recency.Steps-latest)
	} else {
		g.never++
	}
}

func norm(x []float32) float64 {
	var sum float64
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum)
}

func (g *group) finish() Group {
	n := float64(max(1, g.Rows))
	g.Norm, g.Zero, g.Never = g.norms/n, float64(g.zero)/n, float64(g.never)/n
	if g.recency == nil {
		g.Never = math.NaN()
	}
	if len(g.ages) > 0 {
		slices.Sort(g.ages)
		last := len(g.ages) - 1
		g.Staleness = Staleness{g.ages[last/2], g.ages[last*9/10], g.ages[last]}
	}
	return g.Group
}
