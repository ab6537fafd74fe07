package datasets

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// prepare writes the example to a folder.
func prepare(t *testing.T) string {
	t.Helper()
	s, err := ParseSchema([]byte(exampleSchema))
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "data")
	files := Files{Train: []string{write(t, "train.csv", exampleTrain)}, Test: []string{write(t, "test.csv.gz", exampleTest)}}
	_, err = Input{Schema: s, Files: files}.Prepare(t.Context(), dir)
	require.NoError(t, err)
	return dir
}

func TestPreparedDataIsWhatWasRead(t *testing.T) {
	dir := prepare(t)
	got, err := OpenPrepared(t.Context(), dir, 0)
	require.NoError(t, err)
	want := example(t)
	require.Equal(t, want.Train, got.Train)
	require.Equal(t, want.Test, got.Test)
	require.Nil(t, got.Valid)
	require.Equal(t, want.Encoding.Scales, got.Encoding.Scales)
	for i, v := range want.Vocabularies {
		require.Equal(t, v == nil, got.Vocabularies[i] == nil)
		for id := range int32(want.Train.Fields()[i].Rows) {
			require.Equal(t, v.Value(id), got.Vocabularies[i].Value(id))
			require.Equal(t, v.Count(id), got.Vocabularies[i].Count(id))
		}
	}
	names := []string{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	require.Equal(t, []string{"manifest.json", "schema.yaml", "test.parquet", "train.parquet", "vocabulary.parquet"}, names)
}

func TestTheManifestSaysWhereDataComeFrom(t *testing.T) {
	m, err := ReadManifest(prepare(t))
	require.NoError(t, err)
	require.Equal(t, []string{"train.csv", "test.csv.gz"}, []string{m.Sources[0].Name, m.Sources[1].Name})
	require.EqualValues(t, len(exampleTrain), m.Sources[0].Bytes)
	require.Len(t, m.Sources[0].SHA256, 64)
	require.Equal(t, []int{4, 2}, []int{m.Parts[0].Rows, m.Parts[1].Rows})
	require.Equal(t, []int{2, 1}, []int{m.Parts[0].Positives, m.Parts[1].Positives})
	site := m.Fields[0]
	require.Equal(t, &ValueCounts{Distinct: 2, Once: 1, AtMost5: 2}, site.Values)
	require.Equal(t, map[string]float64{"train": .25, "test": .5}, site.Cut, "b occurs once")
	require.Equal(t, map[string]float64{"train": 0, "test": .5}, site.Unseen)
	require.NotNil(t, m.Fields[2].Scale)
}

// prepareLarge writes some row groups of samples whose only field is their number.
func prepareLarge(t *testing.T, rows int) string {
	t.Helper()
	var text strings.Builder
	text.WriteString("y,n,h,x\n")
	for i := range rows {
		fmt.Fprintf(&text, "%d,%d,%s,%d\n", i&1, i, strings.Repeat("7|", i%3)+"7", i)
	}
	s := &Schema{Label: "y", Fields: []FieldSchema{
		{Name: "n"}, {Name: "h", Kind: "list", Length: 3}, {Name: "x", Kind: "numeric", Scale: "none"},
	}}
	dir := filepath.Join(t.TempDir(), "data")
	_, err := Input{Schema: s, Files: Files{Train: []string{write(t, "train.csv", text.String())}}}.Prepare(t.Context(), dir)
	require.NoError(t, err)
	return dir
}

// pass goes through a source and returns the numbers of its samples, which it checks.
func pass(t *testing.T, s Source, size int, shuffle *rand.Rand) (numbers []int) {
	t.Helper()
	for b, err := range s.Batches(t.Context(), size, shuffle) {
		require.NoError(t, err)
		require.True(t, b.Rows == size || len(numbers)+b.Rows == s.Len())
		for i := range b.Rows {
			n := int(b.Numbers[i])
			id, list := b.IDs[4*i], b.IDs[4*i+1:4*i+4]
			if int(id) != n+1 || b.Labels[i] != float32(n&1) || !slices.Equal(list, []int32{1, 1, 1, -1, -1, -1}[2-n%3:5-n%3]) {
				t.Fatalf("sample %d has id %d, list %v, label %v", n, id, list, b.Labels[i])
			}
			numbers = append(numbers, n)
		}
	}
	return numbers
}

func TestRowGroupsGiveEverySampleOnce(t *testing.T) {
	const rows = 4*rowsPerGroup + 1000
	dir := prepareLarge(t, rows)
	for name, memory := range map[string]int64{"in memory": 0, "one group at a time": 1, "two groups at a time": 2 * 2 * rowsPerGroup * 4 * 6} {
		t.Run(name, func(t *testing.T) {
			set, err := OpenPrepared(t.Context(), dir, memory)
			require.NoError(t, err)
			_, streamed := set.Train.(*RowGroups)
			require.Equal(t, memory > 0, streamed)
			order := pass(t, set.Train, 1024, nil)
			require.Len(t, order, rows)
			require.True(t, slices.IsSorted(order))

			shuffled := pass(t, set.Train, 1000, rand.New(rand.NewPCG(1, 2)))
			again := pass(t, set.Train, 1000, rand.New(rand.NewPCG(1, 2)))
			require.Equal(t, shuffled, again)
			require.NotEqual(t, order, shuffled)
			slices.Sort(shuffled)
			require.Equal(t, order, shuffled)
		})
	}
}

func TestRowGroupsStop(t *testing.T) {
	set, err := OpenPrepared(t.Context(), prepareLarge(t, 2*rowsPerGroup), 1)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for _, err := range set.Train.Batches(ctx, 100, rand.New(rand.NewPCG(1, 2))) {
		if n++; n == 5 {
			cancel()
		}
		if n == 6 {
			require.ErrorIs(t, err, context.Canceled)
		}
	}
	require.Equal(t, 6, n)
	for range set.Train.Batches(t.Context(), 100, nil) {
		break // the loop may end early
	}
}

func TestPreparedDataThatIsDamaged(t *testing.T) {
	for name, damage := range map[string]struct {
		file, want string
		change     func(data []byte) []byte
	}{
		"cut off":     {"train.parquet", "train.parquet", func(d []byte) []byte { return d[:len(d)/2] }},
		"other rows":  {"manifest.json", "train.parquet: 4 rows; the manifest says 5", replaced(`"rows": 4`, `"rows": 5`)},
		"other part":  {"manifest.json", `unknown part "exam"`, replaced(`"name": "test"`, `"name": "exam"`)},
		"format":      {"manifest.json", "format 2; this version reads format 1", replaced(`"format": 1`, `"format": 2`)},
		"no JSON":     {"manifest.json", "manifest.json", replaced("{", "[")},
		"no schema":   {"schema.yaml", "bad schema", replaced("label", "babel")},
		"other field": {"schema.yaml", `field "sight" has no vocabulary`, replaced("name: site", "name: sight")},
		"vocabulary":  {"vocabulary.parquet", "vocabulary.parquet", func(d []byte) []byte { return d[1:] }},
	} {
		t.Run(name, func(t *testing.T) {
			dir := prepare(t)
			path := filepath.Join(dir, damage.file)
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, damage.change(data), 0o600))
			_, err = OpenPrepared(t.Context(), dir, 0)
			require.ErrorContains(t, err, damage.want)
		})
	}
	_, err := OpenPrepared(t.Context(), t.TempDir(), 0)
	require.ErrorContains(t, err, "not a prepared data set")
}

func replaced(from, to string) func([]byte) []byte {
	return func(data []byte) []byte { return []byte(strings.Replace(string(data), from, to, 1)) }
}

func TestPrepareLeavesNothingBehind(t *testing.T) {
	s, err := ParseSchema([]byte(exampleSchema))
	require.NoError(t, err)
	bad := Input{Schema: s, Files: Files{Train: []string{write(t, "train.csv", exampleTrain+"2,,,,,,\n")}}}
	parent := t.TempDir()
	_, err = bad.Prepare(t.Context(), filepath.Join(parent, "data"))
	require.ErrorContains(t, err, `line 6, column "click": the label must be 0 or 1: "2"`)
	entries, err := os.ReadDir(parent)
	require.NoError(t, err)
	require.Empty(t, entries)

	_, err = bad.Prepare(t.Context(), filepath.Dir(write(t, "mine.txt", "")))
	require.ErrorIs(t, err, os.ErrExist)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	bad.Files.Train = []string{write(t, "train.csv", exampleTrain)}
	_, err = bad.Prepare(ctx, filepath.Join(parent, "data"))
	require.ErrorIs(t, err, context.Canceled)
	entries, err = os.ReadDir(parent)
	require.NoError(t, err)
	require.Empty(t, entries)
}
