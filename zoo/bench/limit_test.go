package bench

import (
	"testing"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/stretchr/testify/require"
)

// counted counts a step of a model on 10 samples of some fields of 10 rows.
func counted(t *testing.T, m zoo.Model, fields, history int) (*stepper, []ShapeFigures, Traffic) {
	t.Helper()
	solver, err := solvers.NewAdamAR()
	require.NoError(t, err)
	s, err := StepBenchmark{Model: m, Solver: solver, BatchSize: 10, Fields: fields, Rows: 10 * fields, History: history}.newStepper()
	require.NoError(t, err)
	t.Cleanup(s.free)
	shapes, traffic, err := s.count()
	require.NoError(t, err)
	return s, shapes, traffic
}

// Every product of a network of layers is counted with its shape: forward, the gradient of the input and that of the weight.
func TestTheShapesOfALayersProducts(t *testing.T) {
	s, shapes, traffic := counted(t, zoo.DNN{EmbeddingDim: 3, HiddenUnits: []int{7, 5}}, 2, 0)
	var list []Shape
	mflop := 0.
	for _, f := range shapes {
		require.Equal(t, 1, f.Count)
		list, mflop = append(list, f.Shape), mflop+f.Mflop
		f.measure(0)
		require.Positive(t, f.Gflops)
	}
	require.ElementsMatch(t, []Shape{
		{10, 7, 6, false, false}, {10, 5, 7, false, false}, {10, 1, 5, false, false},
		{10, 6, 7, false, true}, {10, 7, 5, false, true}, {10, 5, 1, false, true},
		{6, 7, 10, true, false}, {7, 5, 10, true, false}, {5, 1, 10, true, false},
	}, list)
	require.InDelta(t, float64(s.network.Flops())/1e6, mflop, 1e-9)
	const weights = 6*7 + 7 + 7*5 + 5 + 5 + 1
	require.InDelta(t, 28*weights/1e6, traffic.Weights, 1e-12, "value, gradient and two moments are read, all but the gradient written")
	const outputs = 10 * (6 + 7 + 5 + 1) // of the layers alone
	require.Greater(t, traffic.Activations, 2*4*outputs/1e6, "written and read")
	require.Less(t, traffic.Activations, 20*4*outputs/1e6)
}

// Every model of the zoo is counted, and no product that it does not have.
func TestEveryModelIsCounted(t *testing.T) {
	for name, m := range Models() {
		s, shapes, traffic := counted(t, m, 24, HistoryOf(name))
		mflop := 0.
		for _, f := range shapes {
			mflop += f.Mflop
		}
		require.LessOrEqual(t, mflop, float64(s.network.Flops())/1e6+1e-9, name)
		require.Positive(t, traffic.Activations, name)
	}
}

func TestWhatHasNoLimit(t *testing.T) {
	_, err := LimitBenchmark{}.Run(t.Context())
	require.ErrorIs(t, err, ErrBenchmark)
	_, err = LimitBenchmark{Cases: []LimitCase{{Name: "none"}}}.Run(t.Context())
	require.ErrorIs(t, err, ErrBenchmark)
	require.Empty(t, PredictBenchmark{Model: zoo.DNN{}, BatchSize: -1}.Batches())
}
