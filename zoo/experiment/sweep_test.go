package experiment

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAGridSweepsModelAndTrainingAndStopsEarly(t *testing.T) {
	const text = `title: sweep
data: [{name: log}]
models: [dnn, lr]
methods:
  - solver: adam
    parameters: {learning_rate: [1e-3, 1e-1]}
    sweep: {hidden_units: ["8", "8,4"], embedding_dim: 4, batch_size: [100, 200]}
seeds: [1, 2]
epochs: 6
patience: 1
`
	grid, err := ParseGrid([]byte(text), Catalogs{})
	require.NoError(t, err)
	store, err := OpenStore(filepath.Join(t.TempDir(), "records.jsonl"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	require.NoError(t, (&Runner{Grid: grid, Store: store, Open: smallLog}).Run(t.Context()))

	settings := map[string]bool{}
	early := 0
	seeds := map[uint64]int{}
	for _, r := range store.Records() {
		settings[fmt.Sprintf("%s %v %v %d", r.Model, r.Parameters["learning_rate"], r.Hyperparameters, r.BatchSize)] = true
		seeds[r.Seed]++
		if len(r.Results) < 6 {
			early++
		}
		require.Equal(t, r.Best().ValidAUC, r.Score(), "where runs stop early, the best epoch counts")
	}
	const candidates = 2*2*2 + 2*2 // dnn: rates, units and sizes; lr, which has no units: rates and sizes
	require.Len(t, settings, candidates)
	require.Equal(t, map[uint64]int{1: candidates, 2: candidates}, seeds)
	require.Contains(t, settings, "dnn 0.1 [{embedding_dim 4} {hidden_units [8 4]}] 200")
	require.Positive(t, early, "runs stop early")
}

func TestBadSweepsAreRefused(t *testing.T) {
	for sweep, want := range map[string]string{
		"{nothing: [1]}":        `neither adam nor any model has a parameter "nothing"`,
		"{batch_size: []}":      "batch_size: no value",
		"{batch_size: [0]}":     "batch_size=0: must be at least 1, got 0",
		"{embedding_dim: [-1]}": "embedding_dim",
		"{learning_rate: [1]}":  "learning_rate is among the parameters already",
	} {
		_, err := ParseGrid([]byte("data: [{name: log}]\nmodels: [dnn]\nmethods:\n  - {solver: adam, parameters: {learning_rate: 1}}\n  - {name: b, solver: adam, parameters: {learning_rate: 1}, sweep: "+sweep+"}\n"), Catalogs{})
		require.ErrorIs(t, err, ErrGrid, sweep)
		require.ErrorContains(t, err, want)
		require.True(t, strings.Contains(err.Error(), "line 5"), err)
	}
}
