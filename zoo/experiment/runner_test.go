package experiment

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/require"
)

const smallGrid = `title: small
data: [{name: log}]
models: [dnn, wdl]
methods:
  - {name: Adam, solver: adam}
  - {name: MEDA, solver: meda}
  - {name: AdamAR, solver: adamar, parameters: {alpha: [1e-4, 1e-3]}}
  - {name: split, solver: adamar, buckets: 3, adaptive_buckets: 1, bucket_decay: 1e-3}
seeds: [1, 2]
epochs: 2
batch_size: 100
hyperparameters: {embedding_dim: 4, hidden_units: [8]}
curve_points: 3
`

func smallLog(ctx context.Context, _ string) (*datasets.Set, error) {
	return synthetic.Open(ctx, synthetic.Options{TrainRows: 2000, ValidRows: 500, TestRows: 500, Seed: 3})
}

func smallRunner(t *testing.T, path string) *Runner {
	t.Helper()
	grid, err := ParseGrid([]byte(smallGrid), Catalogs{})
	require.NoError(t, err)
	store, err := OpenStore(path)
	require.NoError(t, err)
	t.Cleanup(func() { store.Close() }) // a test may have closed it
	return &Runner{Grid: grid, Store: store, Open: smallLog}
}

// figuresByKey are the figures of all runs.
func figuresByKey(s *Store) map[string]any {
	figures := map[string]any{}
	for _, r := range s.Records() {
		figures[r.Key] = figuresOf(r)
	}
	return figures
}

func TestAGridRunsOnceAndGivesTheSameSideBySide(t *testing.T) {
	dir := t.TempDir()
	one := smallRunner(t, filepath.Join(dir, "one.jsonl"))
	require.NoError(t, one.Run(context.Background()))
	const runs = 2 * 5 * 2 // models x candidates x seeds
	require.Len(t, one.Store.Records(), runs)
	require.Len(t, one.Store.Comparisons(), 2*2)
	require.Len(t, one.Store.Intervals(), 2)
	for _, i := range one.Store.Intervals() {
		require.Len(t, i.Best, 2)
		require.LessOrEqual(t, i.Low, i.Mean)
		require.LessOrEqual(t, i.Mean, i.High)
		var mean float64
		for _, c := range one.Store.Comparisons() {
			if slices.Contains(i.Best, c.Best) {
				mean += (c.BestAUC - c.RunnerUpAUC) / 2
			}
		}
		require.InDelta(t, mean, i.Mean, 1e-12)
	}
	for _, r := range one.Store.Records() {
		require.Len(t, r.Results, 2)
		require.Len(t, r.Curve, 6)
		require.Len(t, r.Calibration, 10)
		require.Len(t, r.BucketAUC, rareBuckets+1)
		require.Equal(t, "user", r.RareField)
	}

	two := smallRunner(t, filepath.Join(dir, "two.jsonl"))
	two.Parallel = 3
	require.NoError(t, two.Run(context.Background()))
	require.Equal(t, figuresByKey(one.Store), figuresByKey(two.Store))

	before, err := os.ReadFile(filepath.Join(dir, "one.jsonl"))
	require.NoError(t, err)
	require.NoError(t, one.Store.Close())
	again := smallRunner(t, filepath.Join(dir, "one.jsonl"))
	var last Progress
	again.OnProgress = func(p Progress) { last = p }
	require.NoError(t, again.Run(context.Background()))
	after, err := os.ReadFile(filepath.Join(dir, "one.jsonl"))
	require.NoError(t, err)
	require.Equal(t, string(before), string(after), "nothing was run again")
	require.Equal(t, runs, last.DoneRuns)
	require.Zero(t, last.DoneSamples)
}

func TestADryRunCountsTheRunsThatAreLeft(t *testing.T) {
	r := smallRunner(t, filepath.Join(t.TempDir(), "records.jsonl"))
	r.Grid.Models = r.Grid.Models[:1]
	all := r.Grid.Methods
	r.Grid.Methods = []Method{all[2]}
	require.NoError(t, r.Run(t.Context()))
	require.Equal(t, 2, r.Store.Records()[0].MethodPlace, "in the whole grid")

	r.Grid.Methods, r.Grid.Models = all, []string{"dnn", "wdl"}
	before := r.Store.Records()
	planned, err := r.DryRun(t.Context())
	require.NoError(t, err)
	require.Len(t, planned, 2*4)
	require.Equal(t, []Planned{{"log", "dnn", "Adam", 0, 2}, {"log", "dnn", "MEDA", 0, 2}, {"log", "dnn", "AdamAR", 4, 0}}, planned[:3])
	require.Equal(t, Planned{"log", "wdl", "AdamAR", 0, 4}, planned[6])
	require.Equal(t, before, r.Store.Records())
}

func TestAFileOfRecordsIsOfOneProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.jsonl")
	first, err := OpenStore(path)
	require.NoError(t, err)
	_, err = OpenStore(path)
	require.ErrorIs(t, err, ErrInUse)
	require.ErrorContains(t, err, path)
	require.NoError(t, first.Close())
	second, err := OpenStore(path)
	require.NoError(t, err)
	require.NoError(t, second.Close())
	require.ErrorIs(t, second.Add(&Record{}), safefile.ErrUnlocked)
}

func TestARemovedLockLetsNoSecondProcessAdd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.jsonl")
	first, err := OpenStore(path)
	require.NoError(t, err)
	defer first.Close()
	require.NoError(t, os.RemoveAll(scoreFolder(path)))
	require.NoError(t, first.Add(&Record{Key: "a"}), "nobody else came")
	_, err = OpenStore(path)
	require.ErrorIs(t, err, ErrInUse)
	require.NoError(t, os.RemoveAll(scoreFolder(path)))
	second, err := OpenStore(path)
	require.NoError(t, err)
	require.ErrorIs(t, first.Add(&Record{Key: "b"}), ErrInUse)
	require.ErrorIs(t, first.keepScores("b", nil), ErrInUse)
	require.NoError(t, second.Add(&Record{Key: "b"}))
	require.NoError(t, second.Close())
}

func TestPackedRecordsAreReadOnly(t *testing.T) {
	dir := t.TempDir()
	var plain bytes.Buffer
	r := diverged(Settings{Data: "log", Seed: 7})
	require.NoError(t, json.NewEncoder(&plain).Encode(line{Run: r}))
	path := filepath.Join(dir, "records.jsonl.gz")
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write(plain.Bytes())
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, os.WriteFile(path, packed.Bytes(), 0o600))

	s, err := ReadStore(path)
	require.NoError(t, err)
	require.Empty(t, s.Damaged)
	require.Equal(t, uint64(7), s.Find(r.Key).Seed)
	_, err = OpenStore(path)
	require.ErrorIs(t, err, ErrPacked)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, packed.Bytes(), after)

	require.NoError(t, os.WriteFile(path, packed.Bytes()[:packed.Len()-3], 0o600))
	_, err = ReadStore(path)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestAnInterruptedGridGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.jsonl")
	ctx, cancel := context.WithCancel(context.Background())
	r := smallRunner(t, path)
	r.OnProgress = func(p Progress) {
		if p.DoneRuns == 3 {
			cancel()
		}
	}
	require.ErrorIs(t, r.Run(ctx), context.Canceled)
	require.Len(t, r.Store.Records(), 3)

	require.NoError(t, r.Store.Close())
	// The interruption cut a line off, and another one is damaged.
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	lines := strings.SplitAfter(string(text), "\n")
	lines[1] = strings.Replace(lines[1], `"batch_size":100`, `"batch_size":101`, 1)
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(lines, "")+`{"run":{"key":"12`), 0o600))
	r = smallRunner(t, path)
	require.Len(t, r.Store.Damaged, 2)
	require.ErrorIs(t, r.Store.Damaged[0], ErrDamaged)
	require.ErrorContains(t, r.Store.Damaged[0], "records.jsonl:2: ")
	require.ErrorContains(t, r.Store.Damaged[1], "records.jsonl:4: ")
	require.NoError(t, r.Run(context.Background()))
	require.Len(t, r.Store.Records(), 20)
	whole, err := ReadStore(path)
	require.NoError(t, err)
	require.Len(t, whole.Damaged, 2)
	require.Len(t, whole.Records(), 20)
}

func TestAnotherGridNamesKnownRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.jsonl")
	r := smallRunner(t, path)
	r.Grid.Models, r.Grid.Seeds = r.Grid.Models[:1], r.Grid.Seeds[:1]
	require.NoError(t, r.Run(context.Background()))
	for range 2 {
		r.Grid.Title, r.Grid.Methods[0].Name = "other", "plain"
		require.NoError(t, r.Run(context.Background()))
		require.Len(t, r.Store.Records(), 10)
	}
	var grids, methods []string
	for _, record := range r.Store.Records() {
		grids, methods = append(grids, record.Grid), append(methods, record.Method)
	}
	require.Equal(t, "other", grids[9])
	require.Subset(t, methods[5:], []string{"plain", "MEDA", "AdamAR", "split"})
}

func TestDataThatCannotBeUsed(t *testing.T) {
	r := smallRunner(t, filepath.Join(t.TempDir(), "records.jsonl"))
	r.Open = func(context.Context, string) (*datasets.Set, error) {
		return synthetic.Open(t.Context(), synthetic.Options{TrainRows: 10, TestRows: 10})
	}
	err := r.Run(context.Background())
	require.ErrorIs(t, err, ErrGrid)
	require.ErrorContains(t, err, "needs a validation part")

	r.Open = func(ctx context.Context, name string) (*datasets.Set, error) {
		set, err := smallLog(ctx, name)
		require.NoError(t, err)
		ids := make([]int32, 3*len(set.Train.Fields()))
		set.Valid, err = datasets.NewMemory(set.Train.Fields(), ids, nil, []float32{0, 0, 0})
		return set, err
	}
	err = r.Run(context.Background())
	require.ErrorIs(t, err, ErrGrid)
	require.ErrorContains(t, err, `data set "log": valid part: all labels are the same`)
}

func TestVerify(t *testing.T) {
	r := smallRunner(t, filepath.Join(t.TempDir(), "records.jsonl"))
	r.Grid.Models, r.Grid.Seeds = r.Grid.Models[:1], r.Grid.Seeds[:1]
	require.NoError(t, r.Run(context.Background()))
	set, err := smallLog(context.Background(), "")
	require.NoError(t, err)
	record := *r.Store.Records()[0]
	differences, err := Verify(context.Background(), &record, set, Catalogs{})
	require.NoError(t, err)
	require.Empty(t, differences)

	record.Results = append([]Epoch(nil), record.Results...)
	record.Results[1].TestAUC += 1e-9
	differences, err = Verify(context.Background(), &record, set, Catalogs{})
	require.NoError(t, err)
	require.Len(t, differences, 1)
	require.Contains(t, differences[0], "results[1].test_auc: recorded 0.")
	record.Kernel = "other"
	differences, err = Verify(context.Background(), &record, set, Catalogs{})
	require.NoError(t, err)
	require.Empty(t, differences, "another kernel may differ by so much")

	record.DataHash = "0"
	differences, err = Verify(context.Background(), &record, set, Catalogs{})
	require.NoError(t, err)
	require.Contains(t, differences[0], "data_hash: recorded 0")
}
