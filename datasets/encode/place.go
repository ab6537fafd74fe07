package encode

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/internal/cores"
)

// place appends samples of a chunk, which are given by their rows, with their final ids and scaled numbers. A number that is too large
// for its scale is an error.
func (e *encoder) place(c *chunk, rows []int32, to *datasets.Batch, t *tally) error {
	from := to.Rows
	to.Rows += len(rows)
	for _, row := range rows {
		to.Labels = append(to.Labels, float32(c.labels[row]))
		t.positives += int(c.labels[row])
		if len(c.weights) > 0 {
			to.Weights = append(to.Weights, c.weights[row])
			t.weight += float64(c.weights[row])
		}
	}
	to.IDs = slices.Grow(to.IDs, len(rows)*e.idColumns)[:to.Rows*e.idColumns]
	to.Numbers = slices.Grow(to.Numbers, len(rows)*e.numbers)[:to.Rows*e.numbers]
	bad := make([]badNumber, len(e.fields))
	cores.SideBySide(len(e.fields), func(i int) {
		if bad[i].row = len(rows); e.fields[i].scale != nil {
			bad[i] = e.placeNumbers(i, c, rows, to.Numbers[from*e.numbers:])
			return
		}
		e.placeIDs(i, c, rows, to.IDs[from*e.idColumns:], t)
	})
	first := slices.MinFunc(append(bad, badNumber{row: len(rows)}), func(a, b badNumber) int { return cmp.Compare(a.row, b.row) })
	return first.err
}

// badNumber is the first number of a field that is too large for its scale.
type badNumber struct {
	row int // as many as there are, if there is none
	err error
}

func (e *encoder) placeNumbers(field int, c *chunk, rows []int32, to []float32) badNumber {
	f := &e.fields[field]
	for i, row := range rows {
		original := c.numbers[int(row)*e.numbers+f.place]
		x := f.scale.apply(original)
		if math.IsInf(float64(x), 0) {
			return badNumber{i, fmt.Errorf("datasets: field %q: %w: %g", f.Name, errTooLarge, original)}
		}
		to[i*e.numbers+f.place] = x
	}
	return badNumber{row: len(rows)}
}

func (e *encoder) placeIDs(field int, c *chunk, rows []int32, to []int32, t *tally) {
	f, n, own := &e.fields[field], e.fields[field].out.Columns(), newTally(1) // cores would wait for each other's tallies
	for i, row := range rows {
		ids, at := c.ids[int(row)*e.idColumns+f.place:][:n], to[i*e.idColumns+f.place:]
		f.finals(at[:0:n], ids, &own, 0)
	}
	t.values[field] += own.values[0]
	t.unseen[field] += own.unseen[0]
	t.cut[field] += own.cut[0]
}
