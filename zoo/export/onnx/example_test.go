package onnx_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/export/onnx"
	"github.com/ctrzoo/ctrzoo/zoo/train"
)

// A model is trained, and leaves.
func Example() {
	if err := example(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ids of 8 fields; beside the model: model.vocabulary.parquet
}

func example() error {
	ctx := context.Background()
	set, err := synthetic.Open(ctx, synthetic.Options{TrainRows: 2000, TestRows: 10})
	if err != nil {
		return err
	}
	solver, err := solvers.NewAdamAR()
	if err != nil {
		return err
	}
	result, err := train.Train(ctx, train.Run{Model: zoo.WDL{}, Solver: solver, Train: set.Train, Encoding: set.Encoding, Epochs: 1})
	if err != nil {
		return err
	}
	defer result.Free()
	dir, err := os.MkdirTemp("", "ctrzoo-example")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	files, err := onnx.Save(filepath.Join(dir, "model.onnx"), result.Trained, onnx.IDs)
	if err != nil {
		return err
	}
	in, err := onnx.ReadInputs(files.Model)
	if err != nil {
		return err
	}
	fmt.Printf("%s of %d fields; beside the model: %s\n", in.Kind, len(in.List), filepath.Base(files.Vocabulary))
	return nil
}
