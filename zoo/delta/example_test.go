package delta_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/delta"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// One row of a model changes. The delta has that row, and makes the new model of the old one.
func Example() {
	folder, err := os.MkdirTemp("", "delta")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	in := func(name string) string { return filepath.Join(folder, name) }

	m := newModel()
	defer m.Free()
	save(m, in("yesterday"))
	m.Weights.Get("deep/table").Table.Row(7)[0]++
	save(m, in("today"))

	report, err := delta.Make(in("yesterday"), in("today"), in("today.delta"))
	if err != nil {
		panic(err)
	}
	fmt.Printf("%d of %d rows\n", report.Tables[0].Live, report.Tables[0].Rows)
	if _, err := delta.Apply(in("today.delta"), in("yesterday"), in("copy")); err != nil {
		panic(err)
	}
	_, err = predict.Load(in("copy"))
	fmt.Println(err)
	_, err = delta.Apply(in("today.delta"), in("today"), in("another"))
	fmt.Println(err != nil) // it does not start from today's model
	// Output:
	// 1 of 1000 rows
	// <nil>
	// true
}

// newModel returns a model that was not trained.
func newModel() *predict.Trained {
	fields := []datasets.Field{{Name: "user", Rows: 1000}}
	m := zoo.DNN{EmbeddingDim: 8, HiddenUnits: []int{4}}
	weights := graph.NewWeights(rand.New(rand.NewPCG(1, 2)))
	if _, err := zoo.NewInferenceNetwork(m, graph.NewBuilder(1, zoo.GraphFields(fields), weights)); err != nil {
		panic(err)
	}
	return &predict.Trained{Model: m, Fields: fields, Weights: weights}
}

func save(m *predict.Trained, path string) {
	if err := m.Save(path); err != nil {
		panic(err)
	}
}
