package leak

import (
	"context"
	"hash/maphash"

	"github.com/ctrzoo/ctrzoo/datasets"
)

// Field is a field that alone predicts the label.
type Field struct {
	Name string
	AUC  float64
}

// most is how many samples Find reads.
const most = 50_000

// batchSize is how many of them at a time.
const batchSize = 1000

// Find returns the fields of a source that alone predict the label of its first samples, and how many samples these are: at
// most 50,000, which take 4 bytes for each id and number. Of a list its ids together are a value.
func Find(ctx context.Context, s datasets.Source) (leaks []Field, samples int, err error) {
	b, err := first(ctx, s)
	if err != nil || b.Rows < Rows {
		return nil, b.Rows, err
	}
	columns, numbers := datasets.Width(s.Fields())
	column, number := 0, 0
	for _, f := range s.Fields() {
		var auc float64
		if f.Kind == datasets.Numeric {
			auc = OfNumbers(numbersOf(&b, number, numbers), b.Rows)
			number++
		} else {
			auc = OfValues(valuesOf(&b, column, f.Columns(), columns), b.Rows)
			column += f.Columns()
		}
		if auc > AUC {
			leaks = append(leaks, Field{f.Name, auc})
		}
	}
	return leaks, b.Rows, nil
}

// first returns the first samples of a source.
func first(ctx context.Context, s datasets.Source) (datasets.Batch, error) {
	var all datasets.Batch
	for b, err := range s.Batches(ctx, batchSize, nil) {
		if err != nil {
			return all, err
		}
		all.Rows += b.Rows
		all.IDs, all.Numbers, all.Labels = append(all.IDs, b.IDs...), append(all.Numbers, b.Numbers...), append(all.Labels, b.Labels...)
		if all.Rows >= most {
			break
		}
	}
	return all, nil
}

// valuesOf counts the values of a field whose ids are n of the columns, from one on.
func valuesOf(b *datasets.Batch, from, n, columns int) []Value {
	seed := maphash.MakeSeed()
	at := map[uint64]int{}
	var values []Value
	for i, y := range b.Labels {
		ids := b.IDs[i*columns+from:][:n]
		key := uint64(uint32(ids[0]))
		for _, id := range ids[1:] {
			key = maphash.Comparable(seed, [2]uint64{key, uint64(uint32(id))})
		}
		place, known := at[key]
		if !known {
			place = len(values)
			at[key], values = place, append(values, Value{})
		}
		values[place].add(y)
	}
	return values
}

// numbersOf returns the numbers of a field, which is one of n.
func numbersOf(b *datasets.Batch, field, n int) []Value {
	values := make([]Value, len(b.Labels))
	for i, y := range b.Labels {
		values[i].Number = float64(b.Numbers[i*n+field])
		values[i].add(y)
	}
	return values
}

// add counts a row with a label.
func (v *Value) add(label float32) {
	v.Rows++
	if label == 1 {
		v.Clicks++
	}
}
