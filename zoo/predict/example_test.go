package predict_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"gorgonia.org/gorgonia"
)

// A loop of one's own, in plain Gorgonia. Its weights are saved, loaded, and predict.
func ExampleTrained_Save() {
	set, err := synthetic.Open(context.Background(), synthetic.Options{TrainRows: 1000, TestRows: 10})
	if err != nil {
		fmt.Println(err)
		return
	}
	weights := graph.NewWeights(rand.New(rand.NewPCG(1, 1)))
	defer weights.Free()
	fields := set.Train.Fields()
	model := zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8}}
	network, err := zoo.NewTrainingNetwork(model, graph.NewBuilder(100, zoo.GraphFields(fields), weights))
	if err != nil {
		fmt.Println(err)
		return
	}
	solver, err := solvers.NewAdamAR()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer solver.Free()
	steps := 0
	for batch, err := range set.Train.Batches(context.Background(), 100, nil) {
		if err == nil {
			err = network.Load(batch)
		}
		if err == nil {
			err = network.RunAll()
		}
		if err == nil {
			err = solver.Step(gorgonia.NodesToValueGrads(network.Learnables()))
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		steps++
	}

	path, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(path)
	path = filepath.Join(path, "model")
	trained := &predict.Trained{Model: model, Fields: fields, Weights: weights}
	if err := trained.Save(path); err != nil {
		fmt.Println(err)
		return
	}
	loaded, err := predict.Load(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer loaded.Free()
	fmt.Printf("%d steps, loaded %+v\n", steps, loaded.Model)
	// Output:
	// 10 steps, loaded {EmbeddingDim:4 HiddenUnits:[8] Dropout:0}
}
