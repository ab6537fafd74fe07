package testrun

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/stretchr/testify/require"
)

// Small draws a synthetic log with some rows to train, and 1000 to test.
func Small(t testing.TB, rows int) *datasets.Set {
	t.Helper()
	set, err := synthetic.Open(t.Context(), synthetic.Options{TrainRows: rows, TestRows: 1000, Seed: 5})
	require.NoError(t, err)
	return set
}

// Mixed has numbers and lists beside categories.
func Mixed(t testing.TB) *datasets.Set {
	t.Helper()
	described, err := schema.Parse([]byte(`
label: y
fields:
  - {name: a}
  - {name: x, kind: numeric, scale: log}
  - {name: "b/values", min_count: 2}
  - {name: past, kind: list, length: 3, separator: " ", shares: a}
  - {name: day, column: t, derive: weekday, layout: "2006-01-02"}
`))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "log.csv")
	text := "y,a,x,b/values,past,t\n"
	for i := range 300 {
		text += []string{"0", "1"}[i*i%3%2] + "," + []string{"p", "q", "ü", "\"r\ns\""}[i%4] + "," + []string{"1", "", "-3.5"}[i%3] +
			",v" + []string{"1", "2", "3", "rare"}[min(i%7, 3)*(i%2)] + "," + []string{"", "p", "p q ü"}[i%3] + ",2026-01-0" + []string{"1", "2", "3"}[i%3] + "\n"
	}
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	set, err := encode.Open(context.Background(), described, rawlog.Files{Train: []string{path}, Test: []string{path}}, encode.Options{})
	require.NoError(t, err)
	return set
}

// Numbers has one category and one number a sample.
func Numbers(t testing.TB, numbers ...float32) datasets.Source {
	t.Helper()
	ids, labels := make([]int32, len(numbers)), make([]float32, len(numbers))
	for i := range ids {
		ids[i], labels[i] = int32(i%3), float32(i%2)
	}
	m, err := datasets.NewMemory([]datasets.Field{{Name: "a", Rows: 3}, {Name: "x", Kind: datasets.Numeric}}, ids, numbers, labels)
	require.NoError(t, err)
	return m
}

// SmallSettings make every model of the zoo small, and attend to no list, since most sets have none. Others come after them, and
// count if both have a name.
func SmallSettings(others ...zoo.Setting) zoo.Settings {
	return append(zoo.Settings{
		{Name: "embedding_dim", Value: 4}, {Name: "hidden_units", Value: []int{8}}, {Name: "cin_units", Value: []int{4, 6}},
		{Name: "fmb_units", Value: 4}, {Name: "lcb_units", Value: 4}, {Name: "rank", Value: 4}, {Name: "fmb_hidden_units", Value: []int{16}},
		{Name: "blocks", Value: 2}, {Name: "block_units", Value: 5}, {Name: "attention_layers", Value: 2}, {Name: "attention_units", Value: 6},
		{Name: "attention_hidden_units", Value: []int{5}}, {Name: "history_fields", Value: "none"},
	}, others...)
}

// ForEveryModel runs a test with each model of the zoo, made with those of the settings that it has. The short form, which
// the race detector makes slow, has some that differ: of two tables, of many layers, with batch norm, and with unpooled lists.
func ForEveryModel(t *testing.T, s zoo.Settings, test func(t *testing.T, name string, m zoo.Model)) {
	var catalog *zoo.Catalog
	for _, e := range catalog.Entries() {
		if testing.Short() && !slices.Contains([]string{"wdl", "wukong", "finalnet", "din"}, e.Name) {
			continue
		}
		t.Run(e.Name, func(t *testing.T) {
			m, err := catalog.New(e.Name, s)
			require.NoError(t, err)
			test(t, e.Name, m)
		})
	}
}

// Must returns v; an error fails the test by a panic.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
