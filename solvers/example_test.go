package solvers_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"gorgonia.org/gorgonia"
)

// Two items of a shop: the first is clicked whenever it is shown, the second never.
func Example() {
	b := graph.NewBuilder(2, []graph.Field{{Name: "item", Rows: 1000}}, graph.NewWeights(rand.New(rand.NewPCG(1, 2))))
	loss := b.LogLoss(b.MLP("mlp", b.Embed("deep", 4), []int{8}, 0))
	if err := b.Err(); err != nil {
		panic(err)
	}
	grads, err := gorgonia.Grad(loss, b.Learnables()...)
	if err != nil {
		panic(err)
	}
	vm, err := graph.NewMachine(append(gorgonia.Nodes{loss}, grads...)...)
	if err != nil {
		panic(err)
	}
	copy(b.IDs().Value().Data().([]int32), []int32{7, 8})
	copy(b.Labels().Value().Data().([]float32), []float32{1, 0})
	copy(b.SampleWeights().Value().Data().([]float32), []float32{1, 1})

	solver, err := solvers.NewAdamAR(solvers.WithLearnRate(0.01), solvers.WithHalfLife(100))
	if err != nil {
		panic(err)
	}
	model := gorgonia.NodesToValueGrads(b.Learnables())
	table := b.Learnables()[0].Value().(*graph.Table)
	before := table.Floats()[0]
	for step := range 201 {
		if err := vm.RunAll(); err != nil {
			panic(err)
		}
		if step%100 == 0 {
			fmt.Printf("step %3d  loss %.2f\n", step, *loss.Value().(*gorgonia.F32))
		}
		if err := solver.Step(model); err != nil {
			panic(err)
		}
	}

	solver.SettleAll() // before the table is read in any other way than by the graph
	fmt.Printf("of an item that nobody was shown, %.2f is left\n", table.Floats()[0]/before)
	// Output:
	// step   0  loss 0.70
	// step 100  loss 0.00
	// step 200  loss 0.00
	// of an item that nobody was shown, 0.06 is left
}

// One setting for every batch size: after a tenth of an epoch without a gradient, half is left.
func ExampleAlphaOfHalfLife() {
	const samples = 15_000_000
	for _, batch := range []int{1024, 2048, 4096} {
		stepsPerEpoch := samples / batch
		fmt.Printf("batch %d: alpha %.2g\n", batch, solvers.AlphaOfHalfLife(float64(stepsPerEpoch)/10))
	}
	// Output:
	// batch 1024: alpha 6.5e-07
	// batch 2048: alpha 2.6e-06
	// batch 4096: alpha 1e-05
}

func ExampleNewSAM() {
	adagradAR, err := solvers.NewAdagradAR(solvers.WithAlpha(1e-4))
	if err != nil {
		panic(err)
	}
	sam, err := solvers.NewSAM(adagradAR, solvers.WithRho(0.02))
	if err != nil {
		panic(err)
	}
	fmt.Println(sam)
	// Output:
	// SAM(rho=0.02, AdagradAR(learning_rate=0.01, eps=1e-10, alpha=0.0001, eps_outside))
}
