package train_test

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
)

func TestDiagnosticsByTheirFormulas(t *testing.T) {
	set := testrun.Small(t, 2000)
	solver, err := solvers.NewAdamAR(solvers.WithAlpha(1e-3))
	require.NoError(t, err)
	trainer, err := train.NewTrainer(train.Run{
		Model: zoo.WDL{HiddenUnits: []int{8}}, Solver: solver, Train: set.Train, Epochs: 1, BatchSize: 100, Diagnose: true,
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
	require.Equal(t, []metrics.LayerNorm{{Name: "mlp/0/weight", Norm: norm("mlp/0/weight")}, {Name: "mlp/out/weight", Norm: norm("mlp/out/weight")}}, d.Layers)
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
	set := testrun.Small(t, 3000)
	weights := func(s gorgonia.Solver, err error) [][]float32 {
		require.NoError(t, err)
		run := train.Run{Model: zoo.DNN{}, Solver: s, Train: set.Train, Epochs: 2, BatchSize: 100, Seed: 4}
		if b, ok := solvers.As[solvers.Bucketed](s); ok && b.UsesBuckets() {
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
	_, err = train.NewTrainer(train.Run{Model: zoo.DNN{}, Solver: s, Train: testrun.Mixed(t).Train})
	require.ErrorIs(t, err, train.ErrRun)
	require.ErrorContains(t, err, "Buckets")
}

// ownModel is a model of one's own, given by how it builds its logit.
type ownModel struct {
	Build func(b *graph.Builder) *gorgonia.Node
}

func (m ownModel) Logit(b *graph.Builder) *gorgonia.Node { return m.Build(b) }

// The bound is that of the one MLP over an embedding, whatever their names; without one, or with several, or if it
// cannot be known what feeds the MLP, there is none.
func TestTheBoundIsOfTheOneMLPOverAnEmbedding(t *testing.T) {
	hidden := []int{4}
	for name, c := range map[string]struct {
		build     func(b *graph.Builder) *gorgonia.Node
		deep, emb string // the names of the MLP and of its embedding, if there is a bound
		fields    bool   // it is known which embedding's rows to measure
	}{
		"other names": {func(b *graph.Builder) *gorgonia.Node { return b.MLP("tower", b.Embed("emb", 3), hidden, 0) }, "tower", "emb", true},
		"beside other parts": {func(b *graph.Builder) *gorgonia.Node {
			e := b.Embed("emb", 3)
			return b.Sum(b.Wide("mlp"), b.CIN("deep", e, []int{2}, false), b.MLP("tower", e, nil, 0), b.Linear("more", e, 1, false))
		}, "tower", "emb", true},
		"one of two embeddings": {func(b *graph.Builder) *gorgonia.Node {
			return b.Sum(b.MLP("tower", b.Embed("emb", 3), hidden, 0), b.CIN("cin", b.Embed("deep", 2), []int{2}, false))
		}, "tower", "emb", true},
		"through blocks that carry it": {func(b *graph.Builder) *gorgonia.Node {
			e := b.Embed("emb", 3)
			return b.MLP("tower", b.Carry(e, b.LCB("lcb", e, 3, 2)), hidden, 0)
		}, "tower", "emb", true},
		"two MLPs": {func(b *graph.Builder) *gorgonia.Node {
			e := b.Embed("deep", 3)
			return b.Sum(b.MLP("mlp", e, hidden, 0), b.MLP("other", e, hidden, 0))
		}, "", "", true},
		"two MLPs over two embeddings": {func(b *graph.Builder) *gorgonia.Node {
			return b.Sum(b.MLP("mlp", b.Embed("deep", 3), hidden, 0), b.MLP("other", b.Embed("emb", 2), hidden, 0))
		}, "", "", false},
		"an MLP over two embeddings": {func(b *graph.Builder) *gorgonia.Node {
			return b.MLP("mlp", b.Concat(b.Embed("deep", 3), b.Embed("emb", 2)), hidden, 0)
		}, "", "", false},
		"an embedding twice": {func(b *graph.Builder) *gorgonia.Node {
			e := b.Embed("deep", 3)
			return b.MLP("mlp", b.Concat(e, e), hidden, 0)
		}, "", "", true},
		"a layer in between": {func(b *graph.Builder) *gorgonia.Node {
			return b.MLP("mlp", b.Linear("mlp/first", b.Embed("deep", 3), 5, true), hidden, 0)
		}, "", "", true},
		"no MLP": {func(b *graph.Builder) *gorgonia.Node {
			return b.Linear("mlp", b.Linear("mlp/0", b.Embed("deep", 3), 5, true), 1, false)
		}, "", "", true},
		"a linear model": {func(b *graph.Builder) *gorgonia.Node { return b.Wide("deep") }, "", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			set := testrun.Small(t, 400)
			solver, err := solvers.NewAdamAR()
			require.NoError(t, err)
			trainer, err := train.NewTrainer(train.Run{Model: ownModel{c.build}, Solver: solver, Train: set.Train, Epochs: 1, BatchSize: 100, Diagnose: true})
			require.NoError(t, err)
			defer trainer.Free()
			history, err := trainer.Train(context.Background())
			require.NoError(t, err)
			d := history[0].Diagnostics
			require.Equal(t, c.fields, len(d.Fields) > 0)
			text, err := json.Marshal(d)
			require.NoError(t, err)
			require.Equal(t, c.deep != "", strings.Contains(string(text), `"rademacher"`))
			if c.deep == "" {
				require.Nil(t, d.Rademacher)
				return
			}
			layers, depth := 1.0, 0.0
			var embedding float64
			for w := range trainer.Weights().All() {
				var sum float64
				for _, v := range w.Values() {
					sum += float64(v) * float64(v)
				}
				if strings.HasPrefix(w.Name, c.deep+"/") && strings.HasSuffix(w.Name, "/weight") {
					layers *= math.Sqrt(sum)
					depth++
				}
				if w.Name == c.emb+"/table" {
					embedding = math.Sqrt(sum)
				}
			}
			bound := layers * embedding * (math.Sqrt(2*math.Ln2*depth) + 1) * math.Sqrt(400*8) / 400
			require.InEpsilon(t, bound, d.Rademacher.Bound, 1e-12)
		})
	}
}
