package main

import (
	"context"
	"fmt"
	"log"

	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/train"
)

func main() {
	ctx := context.Background()
	set, err := synthetic.Open(ctx, synthetic.Options{TrainRows: 20_000})
	if err != nil {
		log.Fatal(err)
	}
	solver, err := solvers.NewAdamAR(solvers.WithAlpha(1e-4))
	if err != nil {
		log.Fatal(err)
	}
	result, err := train.Train(ctx, train.Run{
		Model: zoo.DNN{HiddenUnits: []int{64, 32}}, Solver: solver, Train: set.Train, Test: set.Test, Seed: 1,
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range result.History {
		fmt.Printf("epoch %d: test AUC %.4f\n", e.Epoch, e.Test.AUC())
	}
	predictor, err := result.Predictor()
	if err != nil {
		log.Fatal(err)
	}
	clicks := make([]float32, 5)
	for batch, err := range set.Test.Batches(ctx, len(clicks), nil) {
		if err != nil {
			log.Fatal(err)
		}
		if err := predictor.Predict(clicks, batch); err != nil {
			log.Fatal(err)
		}
		fmt.Printf("click probabilities %.3f\n", clicks)
		break
	}
}
