package embeddings_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/export/embeddings"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// Vectors of one model are the start of another.
func Example() {
	dir, err := os.MkdirTemp("", "ctrzoo-example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	fields := []datasets.Field{{Name: "item", Rows: 100}}
	from, to := weights(fields, 1), weights(fields, 2)
	defer from.Free()
	defer to.Free()
	path := filepath.Join(dir, "vectors.parquet")
	model := &predict.Trained{Model: zoo.DNN{}, Fields: fields, Weights: from}
	if _, _, err := embeddings.Save(path, embeddings.Parquet, model, embeddings.Options{}); err != nil {
		fmt.Println(err)
		return
	}
	started, err := embeddings.Start(path, to, fields, nil) // without an encoding, values are ids
	fmt.Println(started, err)
	// Output: 100 of 100 rows start from 100 vectors <nil>
}

func weights(fields []datasets.Field, seed uint64) *graph.Weights {
	w := graph.NewWeights(rand.New(rand.NewPCG(seed, 0)))
	if logit := zoo.Build(zoo.DNN{}, graph.NewBuilder(1, zoo.GraphFields(fields), w)); logit == nil {
		panic("the graph has no logit")
	}
	return w
}
