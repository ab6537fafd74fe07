package prepared

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/stretchr/testify/require"
)

// example is the small log in memory.
func example(t *testing.T) *datasets.Set {
	t.Helper()
	s, err := schema.Parse([]byte(testlog.Schema))
	require.NoError(t, err)
	set, err := encode.Open(t.Context(), s, rawlog.Files{
		Train: []string{testlog.Write(t, "train.csv", testlog.Train)}, Test: []string{testlog.Write(t, "test.csv", testlog.Test)},
	}, encode.Options{})
	require.NoError(t, err)
	return set
}

// prepare writes the small log to a folder.
func prepare(t *testing.T) string {
	t.Helper()
	s, err := schema.Parse([]byte(testlog.Schema))
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "data")
	files := rawlog.Files{Train: []string{testlog.Write(t, "train.csv", testlog.Train)}, Test: []string{testlog.Write(t, "test.csv.gz", testlog.Test)}}
	_, err = Write(t.Context(), dir, encode.Input{Schema: s, Files: files})
	require.NoError(t, err)
	return dir
}

func TestPreparedDataIsWhatWasRead(t *testing.T) {
	dir := prepare(t)
	got, err := Open(t.Context(), dir, Options{})
	require.NoError(t, err)
	want := example(t)
	require.Equal(t, want.Train, got.Train)
	require.Equal(t, want.Test, got.Test)
	require.Nil(t, got.Valid)
	require.Equal(t, want.Encoding.Scales, got.Encoding.Scales)
	for i, v := range want.Encoding.Vocabularies {
		require.Equal(t, v == nil, got.Encoding.Vocabularies[i] == nil)
		for id := range int32(want.Train.Fields()[i].Rows) {
			require.Equal(t, v.Value(id), got.Encoding.Vocabularies[i].Value(id))
			require.Equal(t, v.Count(id), got.Encoding.Vocabularies[i].Count(id))
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
	require.EqualValues(t, len(testlog.Train), m.Sources[0].Bytes)
	require.Len(t, m.Sources[0].SHA256, 64)
	require.Equal(t, []int{4, 2}, []int{m.Parts[0].Rows, m.Parts[1].Rows})
	require.Equal(t, []int{2, 1}, []int{m.Parts[0].Positives, m.Parts[1].Positives})
	site := m.Fields[0]
	require.Equal(t, &datasets.ValueCounts{Distinct: 2, Once: 1, AtMost5: 2}, site.Values)
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
	s := &schema.Schema{Label: "y", Fields: []schema.Field{
		{Name: "n"}, {Name: "h", Kind: "list", Length: 3}, {Name: "x", Kind: "numeric", Scale: "none"},
	}}
	dir := filepath.Join(t.TempDir(), "data")
	_, err := Write(t.Context(), dir, encode.Input{Schema: s, Files: rawlog.Files{Train: []string{testlog.Write(t, "train.csv", text.String())}}})
	require.NoError(t, err)
	return dir
}

// goThrough goes through a source and returns the numbers of its samples, which it checks.
func goThrough(t *testing.T, s datasets.Source, size int, shuffle *rand.Rand) (numbers []int) {
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
	const rows = 4*encode.RowsPerGroup + 1000
	dir := prepareLarge(t, rows)
	for name, memory := range map[string]int64{"in memory": 0, "one group at a time": 1, "two groups at a time": 2 * 2 * encode.RowsPerGroup * 4 * 6} {
		t.Run(name, func(t *testing.T) {
			set, err := Open(t.Context(), dir, Options{Memory: memory})
			require.NoError(t, err)
			_, streamed := set.Train.(*RowGroups)
			require.Equal(t, memory > 0, streamed)
			order := goThrough(t, set.Train, 1024, nil)
			require.Len(t, order, rows)
			require.True(t, slices.IsSorted(order))

			shuffled := goThrough(t, set.Train, 1000, rand.New(rand.NewPCG(1, 2)))
			again := goThrough(t, set.Train, 1000, rand.New(rand.NewPCG(1, 2)))
			require.Equal(t, shuffled, again)
			require.NotEqual(t, order, shuffled)
			slices.Sort(shuffled)
			require.Equal(t, order, shuffled)
		})
	}
}

func TestRowGroupsStop(t *testing.T) {
	set, err := Open(t.Context(), prepareLarge(t, 2*encode.RowsPerGroup), Options{Memory: 1})
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
		"one byte":    {"train.parquet", ErrDamaged.Error(), func(d []byte) []byte { d[5]++; return d }},
		"other rows":  {"manifest.json", "train.parquet: 4 rows; the manifest says 5", replaced(`"rows": 4`, `"rows": 5`)},
		"other part":  {"manifest.json", `unknown part "exam"`, replaced(`"name": "test"`, `"name": "exam"`)},
		"format":      {"manifest.json", "format 2; this version reads format 1", replaced(`"format": 1`, `"format": 2`)},
		"no JSON":     {"manifest.json", "manifest.json", replaced("{", "[")},
		"other file":  {"manifest.json", `the file of train is train.parquet`, replaced(`"file": "train.parquet"`, `"file": "/dev/zero"`)},
		"outside":     {"manifest.json", `the file of train is train.parquet`, replaced(`"file": "train.parquet"`, `"file": "../train.parquet"`)},
		"two parts":   {"manifest.json", `the file of test is test.parquet`, replaced(`"name": "train"`, `"name": "test"`)},
		"a schema":    {"schema.yaml", ErrDamaged.Error(), replaced("label", "babel")},
		"same length": {"schema.yaml", ErrDamaged.Error(), replaced("name: site", "name: tise")},
		"vocabulary":  {"vocabulary.parquet", "vocabulary.parquet", func(d []byte) []byte { return d[1:] }},
	} {
		t.Run(name, func(t *testing.T) {
			dir := prepare(t)
			path := filepath.Join(dir, damage.file)
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, damage.change(data), 0o600))
			_, err = Open(t.Context(), dir, Options{})
			require.ErrorContains(t, err, damage.want)
		})
	}
	_, err := Open(t.Context(), t.TempDir(), Options{})
	require.ErrorContains(t, err, "not a prepared data set")
}

// A part that was swapped for another one of the same shape is found: whole, if it is small, else by its end.
func TestAPartThatWasSwappedIsFound(t *testing.T) {
	dir, other := prepareLarge(t, 2000), prepareLarge(t, 2001)
	m, err := ReadManifest(dir)
	require.NoError(t, err)
	swapped, err := os.ReadFile(filepath.Join(other, "train.parquet"))
	require.NoError(t, err)
	part := filepath.Join(dir, "train.parquet")
	set, err := Open(t.Context(), dir, Options{Memory: 1})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(part, swapped, 0o600))
	_, err = Open(t.Context(), dir, Options{})
	require.ErrorIs(t, err, ErrDamaged)
	for _, err := range set.Train.Batches(t.Context(), 100, nil) { // it is opened again for every pass
		require.ErrorIs(t, err, ErrDamaged)
	}
	m.Parts[0].Bytes = int64(len(swapped))
	require.ErrorIs(t, m.Parts[0].check(part, false), ErrDamaged, "the size is the same")
	m.Parts[0].End = "" // as in a folder of an older version
	require.ErrorIs(t, m.Parts[0].check(part, false), ErrDamaged)
	require.True(t, safefile.IsOwned(dir))
}

// What is read is what is hashed, also if it can be read only once.
func TestALogFromAPipe(t *testing.T) {
	s, err := schema.Parse([]byte(testlog.Schema))
	require.NoError(t, err)
	rows := strings.Repeat(strings.TrimPrefix(testlog.Train, testlog.Train[:strings.IndexByte(testlog.Train, '\n')+1]), 50000)
	text := testlog.Train + rows
	file := testlog.Write(t, "train.csv", text)
	dir := t.TempDir()
	fromFile, err := Write(t.Context(), filepath.Join(dir, "file"), encode.Input{Schema: s, Files: rawlog.Files{Train: []string{file}}})
	require.NoError(t, err)
	pipe := filepath.Join(dir, "train.csv")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	go func() { _ = os.WriteFile(pipe, []byte(text), 0) }()
	in := encode.Input{Schema: s, Files: rawlog.Files{Train: []string{pipe}}}
	fromPipe, err := Write(t.Context(), filepath.Join(dir, "pipe"), in)
	require.NoError(t, err)
	require.Equal(t, fromFile, fromPipe)
	require.EqualValues(t, len(text), fromPipe.Sources[0].Bytes)

	in.Files.Test = []string{pipe}
	_, err = Write(t.Context(), filepath.Join(dir, "twice"), in)
	require.ErrorContains(t, err, "given twice")
}

func TestSourcesAreHashedAsTheyAreOnTheDisk(t *testing.T) {
	s, err := schema.Parse([]byte(testlog.Schema))
	require.NoError(t, err)
	for _, name := range []string{"train.csv", "TRAIN.CSV.GZ", "train.csv.gz"} {
		path := testlog.Write(t, strings.ToLower(name), testlog.Train)
		if strings.HasSuffix(name, "GZ") {
			require.NoError(t, os.Rename(path, filepath.Join(filepath.Dir(path), name)))
			path = filepath.Join(filepath.Dir(path), name)
		}
		m, err := Write(t.Context(), filepath.Join(t.TempDir(), "data"), encode.Input{Schema: s, Files: rawlog.Files{Train: []string{path}}})
		require.NoError(t, err)
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, []rawlog.Source{{Name: name, Bytes: int64(len(data)), SHA256: fmt.Sprintf("%x", sha256.Sum256(data))}}, m.Sources)
	}
}

func replaced(from, to string) func([]byte) []byte {
	return func(data []byte) []byte { return []byte(strings.Replace(string(data), from, to, 1)) }
}

func TestPrepareLeavesNothingBehind(t *testing.T) {
	s, err := schema.Parse([]byte(testlog.Schema))
	require.NoError(t, err)
	bad := encode.Input{Schema: s, Files: rawlog.Files{Train: []string{testlog.Write(t, "train.csv", testlog.Train+"2,,,,,,\n")}}}
	parent := t.TempDir()
	_, err = Write(t.Context(), filepath.Join(parent, "data"), bad)
	require.ErrorContains(t, err, `line 6, column "click": the label must be 0 or 1: "2"`)
	entries, err := os.ReadDir(parent)
	require.NoError(t, err)
	require.Empty(t, entries)

	_, err = Write(t.Context(), filepath.Dir(testlog.Write(t, "mine.txt", "")), bad)
	require.ErrorIs(t, err, os.ErrExist)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	bad.Files.Train = []string{testlog.Write(t, "train.csv", testlog.Train)}
	_, err = Write(ctx, filepath.Join(parent, "data"), bad)
	require.ErrorIs(t, err, context.Canceled)
	entries, err = os.ReadDir(parent)
	require.NoError(t, err)
	require.Empty(t, entries)
}

// Buckets of a hash go beyond 2^24 too, and stay what they are from the log to the batch.
func TestLargeIDsStayDistinctFromTheLogToTheBatch(t *testing.T) {
	const buckets = 100_000_000
	s := &schema.Schema{Label: "y", Fields: []schema.Field{{Name: "id", Hash: buckets}}}
	text, want := "y,id\n", []int32{}
	for v := range 1000 {
		value := fmt.Sprint(1<<53 + v)
		text += "1," + value + "\n"
		h := fnv.New64a()
		h.Write([]byte(value))
		want = append(want, int32(1+h.Sum64()%buckets))
	}
	distinct := map[int32]bool{}
	for _, id := range want {
		distinct[id] = true
	}
	require.Greater(t, len(distinct), 995)
	require.Greater(t, slices.Max(want), int32(1<<24))
	dir := filepath.Join(t.TempDir(), "data")
	_, err := Write(t.Context(), dir, encode.Input{Schema: s, Files: rawlog.Files{Train: []string{testlog.Write(t, "train.csv", text)}}})
	require.NoError(t, err)
	set, err := Open(t.Context(), dir, Options{})
	require.NoError(t, err)
	for b, err := range set.Train.Batches(t.Context(), 1000, nil) {
		require.NoError(t, err)
		require.Equal(t, want, b.IDs)
	}
}
