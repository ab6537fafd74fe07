package zoo

import (
	"fmt"
	"iter"
	"maps"
	"math"
	"path/filepath"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
)

// FrequencyBuckets is how many buckets a Report puts the rows of a field in: each has about as many
// occurrences in the training part, bucket 1 the rarest rows.
const FrequencyBuckets = 10

// Report tells what is in a saved model.
type Report struct {
	Path     string // of the checkpoint
	Model    string // its type and hyper-parameters
	Solver   string // its name and options
	Steps    int
	Epochs   int // that were trained to the end
	Files    []FileReport
	Weights  []WeightReport
	Segments []Segment // of every table, for every field that has rows of its own
}

// FileReport is the size of a file.
type FileReport struct {
	Name  string // from the checkpoint
	Bytes int64
}

// WeightReport describes a weight.
type WeightReport struct {
	Name          string
	Rows, Columns int
	Table         bool
	Norm          float64 // Euclidean
	Zero          float64 // share of values that are exactly 0
}

// Segment is the rows of a field in a table.
type Segment struct {
	Table, Field string
	Group
	Buckets []Group // by frequency; nil if it is not known
}

// Group describes some rows of a table.
type Group struct {
	Rows        int
	Occurrences int       // in the training part; 0 if not known
	Norm        float64   // mean of the rows' Euclidean norms
	Zero        float64   // share of rows that are exactly 0
	Never       float64   // share of rows that never had a gradient
	Staleness   Staleness // of the others
}

// Staleness is how many steps ago rows had their latest gradient.
type Staleness struct{ Median, P90, Most int }

// Inspect reads the state of the solver and goes through all rows.
func (s *Saved) Inspect() (*Report, error) {
	m := s.manifest
	r := &Report{
		Path: s.Path, Model: fmt.Sprintf("%T%+v", s.Model, s.Model), Solver: s.Solver,
		Steps: m.Position.Steps, Epochs: len(s.History),
	}
	for _, name := range slices.Sorted(maps.Keys(m.Parts)) {
		r.Files = append(r.Files, FileReport{name, m.Parts[name].Bytes})
	}
	state, err := openTensors(filepath.Join(s.Path, solverFile))
	if err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	defer state.Close()
	for w := range s.Weights.All() {
		r.Weights = append(r.Weights, describe(w))
		if w.Table == nil {
			continue
		}
		steps, err := view[uint32](state, w.Name+"/steps")
		if err != nil {
			return nil, fmt.Errorf("zoo: %w", err)
		}
		clock, err := view[uint32](state, w.Name+"/clock")
		if err != nil {
			return nil, fmt.Errorf("zoo: %w", err)
		}
		all := group{weight: w, steps: steps, now: int(clock[0])}
		for from, f := range s.segments() {
			segment, err := s.segment(all, f, from)
			if err != nil {
				return nil, err
			}
			r.Segments = append(r.Segments, segment)
		}
	}
	return r, nil
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
func (s *Saved) segments() iter.Seq2[int, int] {
	return func(yield func(from, field int) bool) {
		from := 0
		for i, f := range s.Fields {
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
func (s *Saved) segment(empty group, field, from int) (Segment, error) {
	f, all := s.Fields[field], empty
	out := Segment{Table: empty.weight.Name, Field: f.Name}
	var buckets []group
	var bucketOf []uint8
	if s.Encoding != nil {
		var err error
		if bucketOf, err = solvers.FrequencyBuckets(counts(s.Encoding.Vocabularies[field]), FrequencyBuckets); err != nil {
			return out, err
		}
		buckets = slices.Repeat([]group{empty}, FrequencyBuckets)
	}
	for id := range f.Rows {
		count := 0
		if buckets != nil {
			count = s.Encoding.Vocabularies[field].Count(int32(id))
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
	steps       []uint32
	now         int // the table's latest step
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
	if latest := int(g.steps[2*row]); latest > 0 {
		g.ages = append(g.ages, g.now-latest)
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
	if len(g.ages) > 0 {
		slices.Sort(g.ages)
		last := len(g.ages) - 1
		g.Staleness = Staleness{g.ages[last/2], g.ages[last*9/10], g.ages[last]}
	}
	return g.Group
}

// Row is an embedding row of a field.
type Row struct {
	ID     int
	Value  string // "" for id 0, which is out of vocabulary, and if the model has no vocabulary
	Count  int    // of it in the training part
	Norm   float32
	Vector []float32 // of the weights themselves
}

// Rows yields the rows of a field in a table; with the name "" in the first table.
func (s *Saved) Rows(table, field string) (iter.Seq[Row], error) {
	var weight *graph.Weight
	var names []string
	for w := range s.Weights.All() {
		if w.Table == nil {
			continue
		}
		names = append(names, w.Name)
		if weight == nil && (table == "" || table == w.Name) {
			weight = w
		}
	}
	if weight == nil {
		return nil, fmt.Errorf("zoo: no table %q; there are: %q", table, names)
	}
	var fields []string
	for from, f := range s.segments() {
		fields = append(fields, s.Fields[f].Name)
		if s.Fields[f].Name == field {
			return s.rows(weight, f, from), nil
		}
	}
	return nil, fmt.Errorf("zoo: no field %q with rows of its own; there are: %q", field, fields)
}

func (s *Saved) rows(w *graph.Weight, field, from int) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		dim := w.Shape[1]
		for id := range s.Fields[field].Rows {
			r := Row{ID: id, Vector: w.Values()[(from+id)*dim : (from+id+1)*dim]}
			r.Norm = float32(norm(r.Vector))
			if s.Encoding != nil {
				v := s.Encoding.Vocabularies[field]
				r.Value, r.Count = v.Value(int32(id)), v.Count(int32(id))
			}
			if !yield(r) {
				return
			}
		}
	}
}
