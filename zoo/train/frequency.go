package train

import (
	"context"
	"fmt"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
)

// frequencies is what one pass over the training part finds.
type frequencies struct {
	fields []graph.Field
	first  []int // of each field, as graph.FirstRows has it
	counts []int // of occurrences, by row of a table over all fields
	// inputNorm is the sum of ||x_i(t)||^2 over all samples t and fields i: of a one-hot vector 1, of
	// a list that of its pooled one-hot vectors, of a number its square.
	inputNorm float64
	samples   int
}

// countFrequencies goes through a source once.
func countFrequencies(ctx context.Context, source datasets.Source) (*frequencies, error) {
	f := &frequencies{fields: zoo.GraphFields(source.Fields())}
	first, rows, err := graph.FirstRows(f.fields)
	if err != nil {
		return nil, err
	}
	f.first, f.counts = first, make([]int, rows)
	for batch, err := range source.Batches(ctx, 1024, nil) {
		if err != nil {
			return nil, fmt.Errorf("zoo: counting values: %w", err)
		}
		f.add(batch)
	}
	return f, nil
}

func (f *frequencies) add(b *datasets.Batch) {
	ids := b.IDs
	for range b.Rows {
		for i, field := range f.fields {
			switch field.Kind {
			case graph.Categorical:
				f.counts[f.first[i]+int(ids[0])]++
				f.inputNorm++
				ids = ids[1:]
			case graph.List:
				f.addList(f.first[i], field.Pooling, ids[:field.Length])
				ids = ids[field.Length:]
			}
		}
	}
	for _, x := range b.Numbers {
		f.inputNorm += float64(x) * float64(x)
	}
	f.samples += b.Rows
}

func (f *frequencies) addList(first int, pooling graph.Pooling, ids []int32) {
	present := slices.DeleteFunc(slices.Clone(ids), func(id int32) bool { return id == graph.Absent })
	if len(present) == 0 {
		return
	}
	slices.Sort(present)
	var squares float64 // of how often each id occurs
	for at := 0; at < len(present); {
		run := at
		for run < len(present) && present[run] == present[at] {
			run++
		}
		f.counts[first+int(present[at])] += run - at
		squares += float64((run - at) * (run - at))
		at = run
	}
	if pooling == graph.Mean {
		squares /= float64(len(present) * len(present))
	}
	f.inputNorm += squares
}
