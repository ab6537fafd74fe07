package ablate

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
)

// Apply returns a data set without what the ablation leaves out, in all parts alike. A field of which values are kept has a row
// for each of them, and row 0. It reads the training part once if Keep is not empty. The samples are changed as they are read;
// nothing is copied. The new set has no encoding, and its sources cannot be divided between ranks. An empty ablation returns
// the set itself. An error wraps ErrAblation if the fields do not allow the ablation.
func (a *Ablation) Apply(ctx context.Context, set *datasets.Set) (*datasets.Set, error) {
	switch {
	case ctx == nil || set == nil || set.Train == nil:
		return nil, errors.New("ablate: no context, or no training part")
	case a.IsZero():
		return set, nil
	}
	if err := a.checkFields(set.Train.Fields()); err != nil {
		return nil, err
	}
	ids, err := a.keep(ctx, set.Train)
	if err != nil {
		return nil, err
	}
	l := a.layout(set.Train.Fields(), ids)
	out := &datasets.Set{}
	for part, s := range []datasets.Source{set.Train, set.Valid, set.Test} {
		if s != nil {
			out.Put(datasets.Part(part), &source{s, l})
		}
	}
	return out, nil
}

// layout is what stays of a sample.
type layout struct {
	fields  []datasets.Field
	columns []column // of the ids that stay
	numbers []int    // the places of the numbers that stay
	// idWidth and numberWidth are those of the samples before.
	idWidth, numberWidth int
}

// column is an id column that stays.
type column struct {
	place int     // among those before
	ids   []int32 // the new id of each id; nil: ids stay as they are
}

func (a *Ablation) layout(fields []datasets.Field, ids map[string][]int32) *layout {
	l := &layout{}
	for _, f := range fields {
		place, number := l.idWidth, l.numberWidth
		l.idWidth += f.Columns()
		if f.Kind == datasets.Numeric {
			l.numberWidth++
		}
		if slices.Contains(a.Without, f.Name) {
			continue
		}
		if f.Kind == datasets.Numeric {
			l.numbers = append(l.numbers, number)
		}
		of := ids[cmp.Or(f.Shares, f.Name)]
		for i := range f.Columns() {
			l.columns = append(l.columns, column{place + i, of})
		}
		if of != nil {
			f.Rows = 1 + int(slices.Max(of))
		}
		l.fields = append(l.fields, f)
	}
	return l
}

// source is a source of which some is left out.
type source struct {
	datasets.Source
	layout *layout
}

// Fields implements datasets.Source.
func (s *source) Fields() []datasets.Field { return s.layout.fields }

// Batches implements datasets.Source.
func (s *source) Batches(ctx context.Context, size int, shuffle *rand.Rand) iter.Seq2[*datasets.Batch, error] {
	return func(yield func(*datasets.Batch, error) bool) {
		var out datasets.Batch
		for batch, err := range s.Source.Batches(ctx, size, shuffle) {
			if err != nil {
				yield(nil, err)
				return
			}
			s.layout.copy(&out, batch)
			if !yield(&out, nil) {
				return
			}
		}
	}
}

// copy copies what stays of a batch.
func (l *layout) copy(out, in *datasets.Batch) {
	out.Clear()
	out.Rows = in.Rows
	for row := range in.Rows {
		ids := in.IDs[row*l.idWidth:]
		for _, c := range l.columns {
			id := ids[c.place]
			if c.ids != nil && id != datasets.Absent {
				id = c.ids[id]
			}
			out.IDs = append(out.IDs, id)
		}
		numbers := in.Numbers[row*l.numberWidth:]
		for _, place := range l.numbers {
			out.Numbers = append(out.Numbers, numbers[place])
		}
	}
	out.Labels = append(out.Labels, in.Labels...)
	out.Weights = append(out.Weights, in.Weights...)
}
