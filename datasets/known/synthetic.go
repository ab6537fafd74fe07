package known

import (
	"context"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
)

// syntheticEntry draws the log of synthetic.Open with the given Seed.
func syntheticEntry() Entry {
	return Entry{Name: "synthetic", Draw: func(ctx context.Context, c encode.Choices) (*datasets.Set, error) {
		return synthetic.Open(ctx, synthetic.Options{Seed: c.Seed})
	}}
}
