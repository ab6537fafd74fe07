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
		model, err := e.New(Settings{{"dropout", 0.5}, {"history_fields", "none"}})
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
		training.SetPrecision(graph.BFloat16)
		rounded := logits(training, 64)
		for _, size := range []int{1, 7, 300} {
			b := graph.NewBuilder(size, fields, w)
			b.Dropouts = rand.New(rand.NewPCG(1, 1))
			inference, err := NewInferenceNetwork(model, b)
			require.NoError(t, err)
			require.Equal(t, want, logits(inference, size), "batch size %d", size)
			inference.SetPrecision(graph.BFloat16)
			require.Equal(t, rounded, logits(inference, size), "batch size %d, in bfloat16", size)
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
		"no layers":                {WuKong{Layers: -1}, 4, "WuKong.Layers: layers must be in [1, 64], got -1"},
		"no FMB units":             {WuKong{FMBUnits: -1}, 4, "fmb_units"},
		"no LCB units":             {WuKong{LCBUnits: -1}, 4, "lcb_units"},
		"all dropped":              {DNN{Dropout: 1}, 4, "dropout"},
		"less than none":           {WDL{Dropout: -0.5}, 4, "dropout"},
		"low rank above the width": {DCNv2{CrossRank: 65}, 4, "cross_rank must be in [1, 64]"},
		"rank of experts":          {DCNv2{CrossRank: 65, CrossExperts: 2}, 4, "cross_rank must be in [1, 64]"},
		"experts of full rank":     {DCNv2{CrossExperts: 2}, 4, "cross_experts: a mixture needs cross_rank"},
		"less than no experts":     {DCNv2{CrossExperts: -1}, 4, "DCNv2.CrossExperts: cross_experts must be in [1, 64], got -1"},
		"heads of no part":         {FinalMLP{Heads: 3}, 4, "heads: must divide the last hidden units of both streams, 64 and 64, got 3"},
		"no such field":            {FinalMLP{SecondGateFields: "f1,user"}, 4, `second_gate_fields: there is no field "user"`},
		"a token without field":    {RankMixer{Tokens: 5}, 4, "tokens must be at most 4, the number of fields, got 5"},
		"parts of no token":        {RankMixer{Tokens: 3, TokenDim: 16}, 4, "token_dim must be a multiple of tokens, 3, got 16"},
		"no cross layers":          {DCNv2{CrossLayers: -1}, 4, "cross_layers must be in [1, 64], got -1"},
		"another structure":        {DCNv2{Structure: "both"}, 4, "structure must be one of parallel, stacked"},
		"a block of no units":      {MaskNet{BlockUnits: -1}, 4, "block_units must be at least 1"},
		"too many blocks":          {MaskNet{Blocks: 1e9}, 4, "blocks must be in [1, 64], got 1e+09"},
		"no reduction":             {MaskNet{ReductionRatio: -1}, 4, "reduction_ratio must be in (0, 1000], got -1"},
		"heads that do not fit":    {AutoInt{Heads: 3}, 4, "heads: 3 do not divide attention_units, 64"},
		"no attention units":       {AutoInt{AttentionUnits: -2}, 4, "attention_units"},
		"nothing to attend to":     {DIN{}, 4, "history_fields: no list shares the rows of a categorical field"},
		"no such list":             {DIN{HistoryFields: "clicks"}, 4, `history_fields: "clicks" is no list`},
		"unknown activation":       {DIN{Activation: "gelu"}, 4, "activation"},
		"three stacks":             {FinalNet{Stacks: 3}, 4, "stacks must be in [1, 2], got 3"},
		"odd products":             {FinalNet{HiddenUnits: []int{8, 5}}, 4, "hidden_units: layer 1: half of its units are products: must be even, got 5"},
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

func TestATargetMustShareTheRowsOfItsList(t *testing.T) {
	fields := []graph.Field{
		{Name: "user", Rows: 5}, {Name: "item", Rows: 9}, {Name: "history", Kind: graph.List, Rows: 9, Length: 3, Shares: "item"},
		{Name: "seen", Kind: graph.List, Rows: 9, Length: 3, Shares: "history"}, {Name: "x", Kind: graph.Numeric},
	}
	for want, m := range map[string]DIN{
		"":                                       {},
		`target_fields: "user" is no`:            {HistoryFields: "history", TargetFields: "user"},
		`target_fields: "shop" is no`:            {HistoryFields: "history", TargetFields: "shop"},
		`target_fields: "x" is no`:               {HistoryFields: "history", TargetFields: "x"},
		`target_fields: "seen" is no`:            {HistoryFields: "history", TargetFields: "seen"},
		"target_fields: 2 targets for 1 lists":   {HistoryFields: "history", TargetFields: "item,user"},
		`history_fields: "item" is no list`:      {HistoryFields: "item"},
		`target_fields: "history" is no categor`: {HistoryFields: "seen"},
	} {
		w := graph.NewWeights(rand.New(rand.NewPCG(1, 1)))
		b := graph.NewBuilder(2, fields, w)
		_, err := NewTrainingNetwork(m, b)
		w.Free()
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, graph.ErrBuild)
		require.ErrorContains(t, err, want)
	}
}

func TestBatchNormCannotTrainOnOneSample(t *testing.T) {
	for _, m := range []Model{FinalNet{}, DIN{HistoryFields: "none"}} {
		w := graph.NewWeights(rand.New(rand.NewPCG(1, 1)))
		b := graph.NewBuilder(1, plainFields(3, 3), w)
		b.Mode.Training = true
		_, err := NewTrainingNetwork(m, b)
		w.Free()
		require.ErrorContains(t, err, "batch_size: batch norm needs at least 2 samples to train, got 1")
	}
}

func TestSizeOfEveryModel(t *testing.T) {
	fields := plainFields(24, 100)
	fields[23] = graph.Field{Name: "list", Kind: graph.List, Rows: 100, Length: 5, Shares: "f0"} // for those that attend to one
	forEveryModel(t, func(t *testing.T, e Entry) {
		dense, tables, err := e.Size(fields)
		require.NoError(t, err)
		want := map[string][2]int{ // counted by hand
			// 24*16*128+128 + 128*64+64 + 64+1; tables of 23*100 rows of 16
			"dnn": {57601, 36800},
			"wdl": {57601, 36800 + 2300},
			// and CIN: 32*24*24 + 32*32*24 + 64 to the logit
			"xdeepfm": {57601 + 18432 + 24576 + 64, 36800 + 2300},
			// An FMB of n vectors: n*8 to project, 2 * 8*n to normalise, an MLP (8*n)*64+64 + 64*128+128; an LCB n*8. Layers of
			// n = 24, with n*16 for the residual, and n = 16; each normalises 16 values. MLP 256*128+128 + 128*64+64 + 64+1.
			"wukong": {(192 + 384 + 12352 + 8320 + 192 + 384 + 32) + (128 + 256 + 8256 + 8320 + 128 + 32) + 41217, 36800},
			"lr":     {1, 2300},
			"fm":     {1, 36800 + 2300},
			"deepfm": {57601, 36800 + 2300},
			// 3 * (384*384 + 384) and 24*16*128+128 + 128*64+64, then 384+64+1
			"dcnv2": {3*147840 + 57536 + 449, 36800},
			// V of 384 values; 32 to normalise it. Masks 384*768+768 + 768*384+384, then 384*128+128 + 128*64+64; 384*64+64 and
			// 64*64+64 to make 64 values, which 2*64 normalise; 64+1.
			"masknet": {32 + 590976 + 2*57536 + 24576 + 2*4096 + 3*64 + 3*128 + 65, 36800},
			// Four weights of 16*64, then of 64*64 in two layers, and a bias of 64 in each; 24*64+1.
			"autoint": {4*1024 + 2*4*4096 + 3*64 + 1537, 36800},
			// A unit 64*36+36 + 36+1; an MLP 384*200+200 + 200*80+80 + 80+1; three values for each unit with Dice.
			"din": {2377 + 93161 + 3*(36+200+80), 36800},
			// Two stacks 384*128+128 + 128*64+64 + 64+1, with 4 values for each unit of batch norm.
			"finalnet": {2 * (49280 + 8256 + 65 + 4*192), 36800},
			// 8 tokens 48*64+64; two blocks of 2*64 to normalise, 8 * (64*128+128 + 128*64+64), 2*64; MLP 64*128+128 + 128*64+64 + 64+1.
			"rankmixer": {8*3136 + 2*(256+8*16576) + 16641, 36800},
			// Two streams 384*128+128 + 128*64+64 behind gates 16, 16*64+64, 64*384+384; 64*64 products, 64+1+64 to the logit.
			"finalmlp": {2*(57536+16+1088+24960) + 4096 + 129, 36800},
		}
		require.Equal(t, want[e.Name], [2]int{dense, tables})
	})
}
