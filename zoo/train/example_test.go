package train_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/train"
)

// A small run, and predictions of the model that it leaves.
func Example() {
	set, err := synthetic.Open(context.Background(), synthetic.Options{TrainRows: 2000, TestRows: 500})
	if err != nil {
		fmt.Println(err)
		return
	}
	solver, err := solvers.NewAdamAR(solvers.WithAlpha(1e-4))
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := train.Train(context.Background(), train.Run{
		Model: zoo.DNN{HiddenUnits: []int{64, 32}}, Solver: solver,
		Train: set.Train, Test: set.Test, Epochs: 2, Seed: 1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer result.Free()
	for _, e := range result.History {
		fmt.Printf("epoch %d: %d steps, test AUC known: %v\n", e.Epoch, e.Steps, e.Test.AUC() > 0)
	}
	predictor, err := result.Predictor()
	if err != nil {
		fmt.Println(err)
		return
	}
	clicks := make([]float32, 100)
	for batch, err := range set.Test.Batches(context.Background(), len(clicks), nil) {
		if err == nil {
			err = predictor.Predict(clicks, batch)
		}
		fmt.Printf("a probability: %v, error: %v\n", clicks[0] > 0 && clicks[0] < 1, err)
		break
	}
	// Output:
	// epoch 1: 4 steps, test AUC known: true
	// epoch 2: 8 steps, test AUC known: true
	// a probability: true, error: <nil>
}

// A run that is interrupted goes on from where it was saved, and ends as one that was left alone.
func ExampleCheckpoints() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	set, err := synthetic.Open(context.Background(), synthetic.Options{TrainRows: 2000, TestRows: 500})
	if err != nil {
		fmt.Println(err)
		return
	}
	run := train.Run{Model: zoo.WDL{}, Train: set.Train, Test: set.Test, Encoding: set.Encoding, Epochs: 2, Seed: 1}
	for _, open := range []func(path string) (*checkpoint.Directory, error){
		func(path string) (*checkpoint.Directory, error) { return checkpoint.Create(path, nil) },
		checkpoint.Open, // after an interruption
	} {
		directory, err := open(filepath.Join(folder, "run"))
		if err != nil {
			fmt.Println(err)
			return
		}
		if run.Solver, err = solvers.NewAdamAR(); err != nil {
			fmt.Println(err)
			return
		}
		ctx, cancel := context.WithCancel(context.Background())
		run.Checkpoints = &train.Checkpoints{Directory: directory}
		run.OnStep = func(s train.Step) {
			if s.Step == 3 {
				cancel() // as an interrupt does
			}
		}
		result, err := train.Train(ctx, run)
		if result != nil {
			last := result.History[len(result.History)-1]
			fmt.Printf("step %d of epoch %d, partial: %v, error: %v\n", last.Steps, last.Epoch, last.Partial, err)
			result.Free()
		}
		cancel()
		directory.Close()
	}
	// Output:
	// step 3 of epoch 1, partial: true, error: context canceled
	// step 8 of epoch 2, partial: false, error: <nil>
}
