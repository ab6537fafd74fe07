package datasets_test

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/ctrzoo/ctrzoo/datasets"
)

// A source is gone through as often as one likes, in its order or shuffled.
func ExampleSource() {
	fields := []datasets.Field{{Name: "site", Rows: 4}, {Name: "item", Rows: 6}}
	source, err := datasets.NewMemory(fields, []int32{1, 1, 2, 3, 3, 5}, nil, []float32{1, 0, 0})
	if err != nil {
		fmt.Println(err)
		return
	}
	for batch := range source.Batches(context.Background(), 2, nil) {
		fmt.Println(batch.IDs, batch.Labels)
	}
	for batch := range source.Batches(context.Background(), 3, rand.New(rand.NewPCG(1, 2))) {
		fmt.Println(batch.IDs, batch.Labels)
	}
	// Output:
	// [1 1 2 3] [1 0]
	// [3 5] [0]
	// [2 3 1 1 3 5] [0 1 0]
}
