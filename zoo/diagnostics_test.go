package zoo

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
)

// mixedSource has a field of each kind: 3 samples with ids, a history (places -1 are empty) and a number.
func mixedSource(t *testing.T) datasets.Source {
	t.Helper()
	source, err := datasets.NewMemory([]datasets.Field{
		{Name: "item", Rows: 3},
		{Name: "price", Kind: datasets.Numeric},
		{Name: "history", Kind: datasets.List, Rows: 3, Length: 3, Shares: "item"},
		{Name: "site", Rows: 2},
	}, []int32{
		1, 1, 1, 2, 0,
		2, 2, -1, -1, 1,
		1, -1, -1, -1, 1,
	}, []float32{3, 0, -2}, []float32{1, 0, 1})
	require.NoError(t, err)
	return source
}

func TestFrequenciesOfEveryKindOfField(t *testing.T) {
	f, err := countFrequencies(context.Background(), mixedSource(t))
	require.NoError(t, err)
	require.Equal(t, []int{0, -1, 0, 3}, f.first)
	require.Equal(t, []int{0, 4, 3, 1, 2}, f.counts) // item rows 0..2, site rows 0..1
	require.Equal(t, 3, f.samples)
	// One-hot: item and site, 3 samples each. Lists: (2^2+1)/9 and 1. Numbers: 9 + 0 + 4.
	require.InDelta(t, 6+5.0/9+1+13, f.inputNorm, 1e-12)
}

func TestBucketsOfOneFieldAndOfAll(t *testing.T) {
	f, err := countFrequencies(context.Background(), mixedSource(t))
	require.NoError(t, err)
	all, err := f.divide(Buckets{Number: 2})
	require.NoError(t, err)
	require.Equal(t, []uint8{1, 2, 1, 1, 2}, all)
	site, err := f.divide(Buckets{Number: 2, Field: "site"})
	require.NoError(t, err)
	require.Equal(t, []uint8{0, 0, 0, 1, 2}, site)
	for _, field := range []string{"price", "history", "none"} {
		_, err = f.divide(Buckets{Number: 2, Field: field})
		require.ErrorContains(t, err, field)
	}
}

func TestDiagnosticsByTheirFormulas(t *testing.T) {
	set := smallSet(t, 2000)
	solver, err := solvers.NewAdamAR(solvers.WithAlpha(1e-3))
	require.NoError(t, err)
	trainer, err := NewTrainer(Run{
		Model: WDL{HiddenUnits: []int{8}}, Solver: solver, Train: set.Train, Epochs: 1, BatchSize: 100, Diagnose: true,
	})
	require.NoError(t, err)
	defer trainer.Free()
	history, err := trainer.Train(context.Background())
	require.NoError(t, err)
	d := history[0].Diagnostics

	w := trainer.Weights()
	norm := func(name string) float64 {
		var sum float64
		for _, v := range w.Get(name).Values() {
			sum += float64(v) * float64(v)
		}
		return math.Sqrt(sum)
	}
	require.Equal(t, []LayerNorm{{"mlp/0/weight", norm("mlp/0/weight")}, {"mlp/out/weight", norm("mlp/out/weight")}}, d.Layers)
	require.Len(t, d.Fields, 8)
	table := w.Get("deep/table").Table
	rows, squares := 0, 0.0
	for _, g := range d.Fields {
		rows += g.Rows
		squares += g.Norm * g.Norm
	}
	require.Equal(t, table.Rows(), rows)
	require.InDelta(t, norm("deep/table"), math.Sqrt(squares), 1e-9)

	var lambda float64 // of the first field, whose rows come first
	for row := range d.Fields[0].Rows {
		lambda += solver.Lambda(table, row)
	}
	require.InDelta(t, lambda/float64(d.Fields[0].Rows), d.Fields[0].MeanLambda, 1e-12)
	require.Positive(t, d.Fields[0].MeanLambda)
	require.Len(t, d.Buckets, 5)
	require.Greater(t, d.Buckets[0].Rows, d.Buckets[4].Rows, "rare values are more than frequent ones")
	require.Greater(t, d.Buckets[0].MeanLambda, d.Buckets[4].MeanLambda, "and shrink faster")

	samples, fields, layers := 2000.0, 8.0, 2.0
	bound := 1 / samples * norm("mlp/0/weight") * norm("mlp/out/weight") * norm("deep/table") *
		(math.Sqrt(2*math.Ln2*layers) + 1) * math.Sqrt(samples*fields)
	require.InEpsilon(t, bound, d.Rademacher.Bound, 1e-12)
}

// With all buckets under AR the solver is AdamAR; with none it is AdamW; in between it is neither.
func TestTheAblationEndsAtAdamARAndAdamW(t *testing.T) {
	set := smallSet(t, 3000)
	weights := func(s gorgonia.Solver, err error) [][]float32 {
		require.NoError(t, err)
		run := Run{Model: DNN{}, Solver: s, Train: set.Train, Epochs: 2, BatchSize: 100, Seed: 4}
		if usesBuckets(s) {
			run.Buckets.Number = 5
		}
		return trainedWeights(t, run)
	}
	ablation := func(k int) [][]float32 {
		s, err := solvers.NewAdamAR(solvers.WithAlpha(1e-3), solvers.WithBuckets(k, 1e-2))
		return weights(s, err)
	}
	ar, err := solvers.NewAdamAR(solvers.WithAlpha(1e-3))
	require.Equal(t, weights(ar, err), ablation(5))
	w, err := solvers.NewAdamW(solvers.WithWeightDecay(1e-2))
	constant := weights(w, err)
	require.Equal(t, constant, ablation(0))
	require.NotEqual(t, constant, ablation(2))
}

func TestASolverWithBucketsNeedsARunWithBuckets(t *testing.T) {
	s, err := solvers.NewAdamAR(solvers.WithBuckets(1, 0.1))
	require.NoError(t, err)
	_, err = NewTrainer(Run{Model: DNN{}, Solver: s, Train: mixedSource(t)})
	require.ErrorIs(t, err, ErrRun)
	require.ErrorContains(t, err, "Buckets")
}

func TestFirstRowsAreThoseOfTheTable(t *testing.T) {
	fields := GraphFields(mixedSource(t).Fields())
	first, rows, err := graph.FirstRows(fields)
	require.NoError(t, err)
	require.Equal(t, []int{0, -1, 0, 3}, first)
	w := graph.NewWeights(rand.New(rand.NewPCG(1, 1)))
	defer w.Free()
	require.NotNil(t, graph.NewBuilder(1, fields, w).Embed("deep", 2))
	require.Equal(t, rows, w.Get("deep/table").Table.Rows())
}
