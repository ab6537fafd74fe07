package train_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// rowGroups is a prepared log of three row groups of about 2^16 samples, that is read group by group.
func rowGroups(t *testing.T) *datasets.Set {
	t.Helper()
	const rows = 2<<16 + 20_000
	var text strings.Builder
	text.WriteString("y,a,b\n")
	for i := range rows {
		fmt.Fprintf(&text, "%d,%d,%d\n", i%3/2, i%3*100+i%71, i%997)
	}
	dir := t.TempDir()
	csv := filepath.Join(dir, "train.csv")
	require.NoError(t, os.WriteFile(csv, []byte(text.String()), 0o600))
	in := encode.Input{
		Schema: &schema.Schema{Label: "y", Fields: []schema.Field{{Name: "a"}, {Name: "b"}}},
		Files:  rawlog.Files{Train: []string{csv}, Test: []string{csv}},
	}
	_, err := prepared.Write(t.Context(), filepath.Join(dir, "data"), in)
	require.NoError(t, err)
	set, err := prepared.Open(t.Context(), filepath.Join(dir, "data"), prepared.Options{Memory: 1})
	require.NoError(t, err)
	require.IsType(t, &prepared.RowGroups{}, set.Train)
	require.Equal(t, rows, set.Train.Len())
	return set
}

// Ranks take row groups of different sizes; those that have no samples left take part until all are done.
func TestRanksReadRowGroups(t *testing.T) {
	set := rowGroups(t)
	base := train.Run{
		Model: zoo.DNN{EmbeddingDim: 2, HiddenUnits: []int{4}, Dropout: 0.1}, Train: set.Train, Test: set.Test,
		BatchSize: 6000, Epochs: 1, Seed: 3, Parallel: train.Parallel{CheckRanks: 1},
	}
	for _, size := range []int{2, 3} {
		for _, sharded := range []bool{false, true} {
			run := base
			run.Parallel.ShardTables = sharded
			ranks := trainRanks(size, func(int) (train.Run, error) { return withSolver(run, "adamar") })
			for _, r := range ranks {
				require.NoError(t, r.err)
				require.Equal(t, set.Train.Len(), r.history[0].Samples)
				require.Equal(t, set.Test.Len(), r.history[0].Test.Samples)
				require.Greater(t, r.history[0].Test.AUC(), 0.9, "the label is in the first field")
			}
			if !sharded {
				require.Equal(t, sumOf(ranks[0].weights), sumOf(ranks[size-1].weights))
			}
		}
	}
	for _, r := range trainRanks(4, func(int) (train.Run, error) { return withSolver(base, "adamar") }) {
		require.ErrorIs(t, r.err, datasets.ErrDivide)
		require.ErrorContains(t, r.err, "has 3 row groups for 4 ranks")
	}
}

// A run that goes on with another number of ranks says so, and what it means for the epoch at hand.
func TestAJobTellsOfAnotherNumberOfRanks(t *testing.T) {
	set := rowGroups(t)
	var notes []string
	job := jobOf{dir: filepath.Join(t.TempDir(), "run"), solver: "adamar", size: 2, steps: 5, run: train.Run{
		Model: zoo.DNN{EmbeddingDim: 2, HiddenUnits: []int{4}}, Train: set.Train, BatchSize: 6000, Epochs: 1,
		OnNote: func(text string) { notes = append(notes, text) }, // by rank 0 only
	}}
	require.ErrorIs(t, job.train()[0].err, context.Canceled)
	require.Empty(t, notes)
	job.size, job.steps = 3, -1
	require.NoError(t, job.train()[0].err)
	require.Equal(t, []string{
		"the checkpoint is of a run with 2 ranks, which goes on with 3",
		"the rest of epoch 1 is read in another order: some of its samples come twice, others not",
	}, notes)
}
