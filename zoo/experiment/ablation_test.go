package experiment

import (
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/ablate"
	"github.com/stretchr/testify/require"
)

const ablationGrid = `title: ablation
data:
  - {name: log, batch_size: 50, bucket_field: site}
  - {name: log, without: [user]}
  - {name: log, keep: {user: 0}}
models: [dnn]
methods:
  - {solver: adam}
  - {name: zeros, solver: adam, sweep: {embedding_init: zeros}}
seeds: [1]
epochs: 1
batch_size: 100
embedding_init: uniform:0.02
hyperparameters: {embedding_dim: 4, hidden_units: [8]}
`

func TestAblationsAndInitializersAreRecordedAndVerified(t *testing.T) {
	r := smallRunner(t, filepath.Join(t.TempDir(), "records.jsonl"))
	var err error
	r.Grid, err = ParseGrid([]byte(ablationGrid), Catalogs{})
	require.NoError(t, err)
	require.NoError(t, r.Run(t.Context()))

	stored, err := ReadStore(r.Store.path)
	require.NoError(t, err)
	require.Empty(t, stored.Damaged)
	records := stored.Records()
	require.Len(t, records, 6)
	var labels, starts, fields []string
	var batches []int
	rows := map[string]int{} // of all embeddings
	figures := map[any]bool{}
	for _, record := range records {
		labels, starts, batches = append(labels, record.DataLabel()), append(starts, record.EmbeddingInit), append(batches, record.BatchSize)
		fields = append(fields, record.RareField)
		rows[record.DataLabel()] = 0
		for _, b := range record.Last().Buckets {
			rows[record.DataLabel()] += b.Rows
		}
		figures[record.Last().TestAUC] = true
	}
	require.Equal(t, []string{"log", "log", "log without user", "log without user", "log with 0% of user", "log with 0% of user"}, labels)
	require.Equal(t, []string{"uniform:0.02", "zeros", "uniform:0.02", "zeros", "uniform:0.02", "zeros"}, starts)
	require.Equal(t, []int{50, 50, 100, 100, 100, 100}, batches)
	require.Equal(t, []string{"site", "site", "device", "device", "device", "device"}, fields)
	require.Len(t, figures, 6, "no two runs are the same")
	require.Equal(t, 1, rows["log with 0% of user"]-rows["log without user"], "the row of unknown users is left")

	set, err := smallLog(t.Context(), "")
	require.NoError(t, err)
	for _, record := range records {
		differences, err := Verify(t.Context(), record, set, Catalogs{})
		require.NoError(t, err)
		require.Empty(t, differences, record.DataLabel())
	}
	other := *records[1]
	other.EmbeddingInit = "normal:0.02"
	differences, err := Verify(t.Context(), &other, set, Catalogs{})
	require.NoError(t, err)
	require.NotEmpty(t, differences)
}

func TestAnAblationOfOtherFieldsIsRefused(t *testing.T) {
	r := smallRunner(t, filepath.Join(t.TempDir(), "records.jsonl"))
	r.Grid.Data[0].Ablation.Without = []string{"ip"}
	err := r.Run(t.Context())
	require.ErrorIs(t, err, ablate.ErrAblation)
	require.ErrorContains(t, err, `data set "log": ablate: bad ablation: there is no field "ip"`)
}

// Records of older versions have no ablation and no initializer; their keys must stay.
func TestTheKeyOfAnOldRun(t *testing.T) {
	s := Settings{Data: "log", DataHash: "0123", Model: "dnn", candidate: candidate{Solver: "adam"}, Seed: 1, BatchSize: 512, Epochs: 4}
	require.Equal(t, "72007dc800077d67", s.Key())
	s.Ablation.Keep = map[string]float64{"ip": 0}
	require.NotEqual(t, "72007dc800077d67", s.Key())
}

func TestMethodsKnowTheirPlace(t *testing.T) {
	r := smallRunner(t, filepath.Join(t.TempDir(), "records.jsonl"))
	r.Grid.Models, r.Grid.Seeds, r.Parallel = r.Grid.Models[:1], r.Grid.Seeds[:1], 3
	require.NoError(t, r.Run(t.Context()))
	places := map[string]int{}
	for _, record := range r.Store.Records() {
		places[record.Method] = record.MethodPlace
	}
	require.Equal(t, map[string]int{"Adam": 0, "MEDA": 1, "AdamAR": 2, "split": 3}, places)
}
