package ablate

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
)

// keep counts the training part, and returns the new id of every id of the fields of Keep, by the name of the field. The ids
// that stay keep their order, from 1 on; all others are 0.
func (a *Ablation) keep(ctx context.Context, train datasets.Source) (map[string][]int32, error) {
	if len(a.Keep) == 0 {
		return nil, nil
	}
	counts, err := a.count(ctx, train)
	if err != nil {
		return nil, err
	}
	ids := map[string][]int32{}
	for name, of := range counts {
		ids[name] = mostFrequent(of, a.Keep[name])
	}
	return ids, nil
}

// count counts how often each id of the fields of Keep occurs, in all fields that use the vocabulary.
func (a *Ablation) count(ctx context.Context, train datasets.Source) (map[string][]int, error) {
	counts := map[string][]int{}
	var columns [][]int // the counts of each id column; nil: not counted
	for _, f := range train.Fields() {
		owner := cmp.Or(f.Shares, f.Name)
		if _, kept := a.Keep[owner]; kept && counts[owner] == nil {
			counts[owner] = make([]int, f.Rows)
		}
		columns = append(columns, slices.Repeat([][]int{counts[owner]}, f.Columns())...)
	}
	for batch, err := range train.Batches(ctx, 4096, nil) {
		if err != nil {
			return nil, fmt.Errorf("ablate: reading data: %w", err)
		}
		for i, id := range batch.IDs {
			if of := columns[i%len(columns)]; of != nil && id != datasets.Absent {
				of[id]++
			}
		}
	}
	return counts, nil
}

// mostFrequent returns the new ids when a share of the values that occur stays: the most frequent ones, and of equals those
// with the smaller id.
func mostFrequent(counts []int, share float64) []int32 {
	var values []int32
	for id := 1; id < len(counts); id++ {
		if counts[id] > 0 {
			values = append(values, int32(id))
		}
	}
	slices.SortStableFunc(values, func(x, y int32) int { return cmp.Compare(counts[y], counts[x]) })
	values = values[:int(math.Round(share*float64(len(values))))]
	slices.Sort(values)
	ids := make([]int32, len(counts))
	for i, id := range values {
		ids[id] = int32(i + 1)
	}
	return ids
}
