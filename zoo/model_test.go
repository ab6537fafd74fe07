package zoo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/stretchr/testify/require"
)

// forEveryModel runs a test with each model of the catalog.
func forEveryModel(t *testing.T, test func(t *testing.T, e Entry)) {
	for _, e := range (*Catalog)(nil).Entries() {
		t.Run(e.Name, func(t *testing.T) { test(t, e) })
	}
}

// plainFields are categorical fields with the same number of rows.
func plainFields(count, rows int) []graph.Field {
	fields := make([]graph.Field, count)
	for i := range fields {
		fields[i] = graph.Field{Name: fmt.Sprint("f", i), Rows: rows}
	}
	return fields
}

func TestInferenceGivesTheSameBitsAtAnyBatchSize(t *testing.T) {
	forEveryModel(t, func(t *testing.T, e Entry) {
		set, err := synthetic.Open(t.Context(), synthetic.Options{TrainRows: 300, TestRows: 10, Seed: 5})
		require.NoError(t, err)
		fields := GraphFields(set.Train.Fields())
		w := graph.NewWeights(rand.New(rand.NewPCG(1, 1)))
		defer w.Free()
		model, err := e.New(Settings{{"dropout", 0.5}})
		require.NoError(t, err)
		logits := func(n *Network, size int) (all []float32) {
			for batch, err := range set.Train.Batches(context.Background(), size, nil) {
				require.NoError(t, err)
				require.NoError(t, n.Load(batch))
				require.NoError(t, n.RunAll())
				all = append(all, n.Logits()...)
			}
			return all
		}
		b := graph.NewBuilder(64, fields, w)
		b.Dropouts = rand.New(rand.NewPCG(1, 1))
		training, err := NewTrainingNetwork(model, b)
		require.NoError(t, err)
		want := logits(training, 64) // the mode is not training
		for _, size := range []int{1, 7, 300} {
			b := graph.NewBuilder(size, fields, w)
			b.Dropouts = rand.New(rand.NewPCG(1, 1))
			inference, err := NewInferenceNetwork(model, b)
			require.NoError(t, err)
			require.Equal(t, want, logits(inference, size), "batch size %d", size)
		}
		b.Mode.Training = true
		if e.Hyperparameter("dropout") != nil {
			require.NotEqual(t, want, logits(training, 64))
		}
	})
}

// The outer products of the CIN, 1024 x 100 x 24 x 16 for its second layer alone, are never stored.
func TestXDeepFMStepNeedsLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector, which runs the short tests, needs memory of its own")
	}
	const batch, fields, limit = 1024, 24, 150 << 20
	w := graph.NewWeights(rand.New(rand.NewPCG(1, 1)))
	defer w.Free()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	network, err := NewTrainingNetwork(XDeepFM{CINUnits: []int{100, 100, 100}}, graph.NewBuilder(batch, plainFields(fields, 100), w))
	require.NoError(t, err)
	require.NoError(t, network.Load(&datasets.Batch{
		Rows: batch, IDs: make([]int32, batch*fields), Labels: make([]float32, batch),
	}))
	require.NoError(t, network.RunAll())
	runtime.ReadMemStats(&after)
	used := after.TotalAlloc - before.TotalAlloc // whatever was allocated, kept or not
	t.Logf("%d MB allocated to build and run one step", used>>20)
	require.Less(t, used, uint64(limit))
	require.NotEmpty(t, network.Learnables())
}

func TestImpossibleModelsNameTheHyperparameter(t *testing.T) {
	for name, c := range map[string]struct {
		model  Model
		fields int
		want   string
	}{
		"no fields":                {DNN{}, 0, "the model has no fields"},
		"no CIN units":             {XDeepFM{CINUnits: []int{8, 0}}, 4, "cin_units"},
		"half of an odd layer":     {XDeepFM{CINUnits: []int{3, 3}, SplitHalf: true}, 4, "even to be split in halves"},
		"rank over the fields":     {WuKong{Rank: 5}, 4, "rank"},
		"no layers":                {WuKong{Layers: -1}, 4, "WuKong.Layers: layers must be at least 1, got -1"},
		"no FMB units":             {WuKong{FMBUnits: -1}, 4, "fmb_units"},
		"no LCB units":             {WuKong{LCBUnits: -1}, 4, "lcb_units"},
		"all dropped":              {DNN{Dropout: 1}, 4, "dropout"},
		"less than none":           {WDL{Dropout: -0.5}, 4, "dropout"},
		"low rank above the width": {DCNv2{CrossRank: 65}, 4, "cross_rank must be in [1, 64]"},
		"rank of experts":          {DCNv2{CrossRank: 65, CrossExperts: 2}, 4, "cross_rank must be in [1, 64]"},
		"experts of full rank":     {DCNv2{CrossExperts: 2}, 4, "cross_experts: a mixture needs cross_rank"},
		"less than no experts":     {DCNv2{CrossExperts: -1}, 4, "DCNv2.CrossExperts: cross_experts must be at least 1, got -1"},
		"no cross layers":          {DCNv2{CrossLayers: -1}, 4, "cross_layers must be at least 1, got -1"},
		"another structure":        {DCNv2{Structure: "both"}, 4, "structure must be one of parallel, stacked"},
		"no units":                 {WDL{HiddenUnits: []int{0}}, 4, "units"},
	} {
		t.Run(name, func(t *testing.T) {
			w := graph.NewWeights(rand.New(rand.NewPCG(1, 1)))
			defer w.Free()
			b := graph.NewBuilder(2, plainFields(c.fields, 3), w)
			b.Dropouts = rand.New(rand.NewPCG(1, 1))
			_, err := NewTrainingNetwork(c.model, b)
			require.ErrorIs(t, err, graph.ErrBuild)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestSizeOfEveryModel(t *testing.T) {
	fields := plainFields(24, 100)
	forEveryModel(t, func(t *testing.T, e Entry) {
		dense, tables, err := e.Size(fields)
		require.NoError(t, err)
		want := map[string][2]int{ // counted by hand
			// 24*16*128+128 + 128*64+64 + 64+1; tables of 24*100 rows of 16
			"dnn": {57601, 38400},
			"wdl": {57601, 38400 + 2400},
			// and CIN: 32*24*24 + 32*32*24 + 64 to the logit
			"xdeepfm": {57601 + 18432 + 24576 + 64, 38400 + 2400},
			// An FMB of n vectors: n*8 to project, 2 * 8*n to normalise, an MLP (8*n)*64+64 + 64*128+128; an LCB n*8. Layers of
			// n = 24, with n*16 for the residual, and n = 16; each normalises 16 values. MLP 256*128+128 + 128*64+64 + 64+1.
			"wukong": {(192 + 384 + 12352 + 8320 + 192 + 384 + 32) + (128 + 256 + 8256 + 8320 + 128 + 32) + 41217, 38400},
			"lr":     {1, 2400},
			"fm":     {1, 38400 + 2400},
			"deepfm": {57601, 38400 + 2400},
			// 3 * (384*384 + 384) and 24*16*128+128 + 128*64+64, then 384+64+1
			"dcnv2": {3*147840 + 57536 + 449, 38400},
		}
		require.Equal(t, want[e.Name], [2]int{dense, tables})
	})
}
