package embeddings

import (
	"bufio"
	"encoding/csv"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/internal/npy"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"
)

const dim = 3

// values are those of field a, in the order of their ids, from 1 on.
var values = []string{"plain", "ü, \"quoted\"", "two words", "", "-7", "dead"}

// trained makes a model of 3 values a vector over a log with those values, whose row of "dead" is zero.
func trained(t *testing.T, seed uint64, values []string) *predict.Trained {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log.csv")
	f, err := os.Create(path)
	require.NoError(t, err)
	w := csv.NewWriter(f)
	require.NoError(t, w.Write([]string{"y", "a", "x"}))
	for i, v := range values {
		require.NoError(t, w.Write([]string{strconv.Itoa(i % 2), v, strconv.Itoa(i)}))
	}
	w.Flush()
	require.NoError(t, f.Close())
	described, err := schema.Parse([]byte(`
label: y
fields:
  - {name: x, kind: numeric}
  - {name: bucket, column: a, hash: 4}
  - {name: a}
  - {name: past, column: a, kind: list, length: 2, shares: a}
`))
	require.NoError(t, err)
	set, err := encode.Open(t.Context(), described, rawlog.Files{Train: []string{path}}, encode.Options{})
	require.NoError(t, err)
	weights := graph.NewWeights(rand.New(rand.NewPCG(seed, 2)))
	m := zoo.WDL{EmbeddingDim: dim, HiddenUnits: []int{4}}
	_, err = zoo.NewInferenceNetwork(m, graph.NewBuilder(1, zoo.GraphFields(set.Train.Fields()), weights))
	require.NoError(t, err)
	t.Cleanup(weights.Free)
	table := &predict.Trained{Model: m, Fields: set.Train.Fields(), Weights: weights, Encoding: set.Encoding}
	if dead := rowOf(t, table, "a", "dead"); dead != nil {
		clear(dead)
		dead[1] = float32(math.Copysign(0, -1))
	}
	return table
}

// rowOf returns the row of a value, as part of the table.
func rowOf(t *testing.T, m *predict.Trained, field, value string) []float32 {
	t.Helper()
	rows, err := m.Rows("deep/table", field)
	require.NoError(t, err)
	for r := range rows {
		if r.Value == value && r.ID > 0 {
			return r.Vector
		}
	}
	return nil
}

// all are the rows that are written by default.
func all(t *testing.T, m *predict.Trained) (list []row) {
	t.Helper()
	rows, report, err := rowsOf(m, Options{Table: "deep/table"})
	require.NoError(t, err)
	require.Equal(t, &Report{Rows: 11, Zeros: 1, Dim: dim}, report) // 5 buckets with the unused one; 7 ids of a, of which one is dead
	for r := range rows {
		list = append(list, r)
	}
	return list
}

func save(t *testing.T, name string, f Format, m *predict.Trained, o Options) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	files, report, err := Save(path, f, m, o)
	require.NoError(t, err)
	require.Equal(t, path, files[0])
	require.Equal(t, dim, report.Dim)
	return path
}

func TestParquet(t *testing.T) {
	m := trained(t, 1, values)
	rows, err := parquet.ReadFile[parquetRow](save(t, "v.parquet", Parquet, m, Options{}))
	require.NoError(t, err)
	want := all(t, m)
	require.Len(t, rows, len(want))
	for i, r := range rows {
		require.Equal(t, parquetRow{want[i].field, int32(want[i].ID), want[i].text(), int64(want[i].Count), want[i].Vector}, r)
	}
	require.Equal(t, "bucket", rows[0].Field)
	require.Equal(t, "4", rows[4].Value)

	rows, err = parquet.ReadFile[parquetRow](save(t, "v.parquet", Parquet, m, Options{Fields: []string{"a"}, Zeros: true}))
	require.NoError(t, err)
	require.Len(t, rows, 7)
}

func TestWord2Vec(t *testing.T) {
	m := trained(t, 1, []string{"plain", "-7", "dead"})
	text, err := os.ReadFile(save(t, "v.txt", Word2Vec, m, Options{Fields: []string{"a"}}))
	require.NoError(t, err)
	lines := bufio.NewScanner(strings.NewReader(string(text)))
	lines.Scan()
	require.Equal(t, "3 3", lines.Text())
	for _, want := range []string{"<oov>", "plain", "-7"} {
		lines.Scan()
		cells := strings.Split(lines.Text(), " ")
		require.Equal(t, want, cells[0])
		for i, cell := range cells[1:] {
			x, err := strconv.ParseFloat(cell, 32)
			require.NoError(t, err)
			if want != "<oov>" {
				require.Equal(t, rowOf(t, m, "a", want)[i], float32(x))
			}
		}
	}
	text, err = os.ReadFile(save(t, "v.txt", Word2Vec, m, Options{}))
	require.NoError(t, err)
	require.Contains(t, string(text), "\na:plain ")
	require.Contains(t, string(text), "\nbucket:3 ")
	for value, want := range map[string]string{"two words": `"two words" of the field "a" (id 1) has a space`, "": `the value "" of the field "a"`, "<oov>": "<oov>"} {
		path := filepath.Join(t.TempDir(), "v.txt")
		_, _, err := Save(path, Word2Vec, trained(t, 1, []string{value, "dead"}), Options{Fields: []string{"a"}})
		require.ErrorIs(t, err, ErrToken)
		require.ErrorContains(t, err, want)
		left, err := os.ReadDir(filepath.Dir(path))
		require.NoError(t, err)
		require.Empty(t, left)
	}
}

func TestWhatIsThereAndWhatIsNot(t *testing.T) {
	m := trained(t, 1, values)
	path := save(t, "v.npy", NPY, m, Options{})
	_, _, err := Save(path, NPY, m, Options{})
	require.ErrorIs(t, err, fs.ErrExist)
	require.ErrorContains(t, err, path)
	require.NoError(t, os.Remove(path))
	_, _, err = Save(path, NPY, m, Options{})
	require.ErrorIs(t, err, fs.ErrExist)
	require.ErrorContains(t, err, valuesPath(path))
	require.NoFileExists(t, path)
	for want, o := range map[string]Options{
		`no field "b"`:     {Fields: []string{"b"}},
		`no field "x"`:     {Fields: []string{"x"}},
		`no table "shady"`: {Table: "shady"},
		`"a" is given`:     {Fields: []string{"a", "a"}},
	} {
		_, _, err := Save(filepath.Join(t.TempDir(), "v"), Parquet, m, o)
		require.ErrorContains(t, err, want)
	}
	_, _, err = Save(filepath.Join(t.TempDir(), "v"), "hdf5", m, Options{})
	require.ErrorIs(t, err, ErrFormat)
}

// Vectors find their rows by value: the other model has other ids.
func TestStart(t *testing.T) {
	from := trained(t, 1, values)
	for name, format := range map[string]Format{"v.parquet": Parquet, "v.npy": NPY} {
		path := save(t, name, format, from, Options{})
		to := trained(t, 9, []string{"new", "", "-7", "two words"})
		before := append([]float32(nil), rowOf(t, to, "a", "new")...)
		wide := append([]float32(nil), to.Weights.Get("wide/table").Values()...)
		started, err := Start(path, to.Weights, to.Fields, to.Encoding)
		require.NoError(t, err)
		// All 5 buckets; of a the one out of vocabulary and three values; "plain" and one more have no row.
		require.Equal(t, &Started{Vectors: 11, Rows: 5 + 5, Matched: 9, UnknownValue: 2}, started)
		require.Equal(t, "9 of 10 rows start from 11 vectors; 2 vectors are of values without a row", started.String())
		for _, value := range []string{"", "-7", "two words"} {
			require.Equal(t, rowOf(t, from, "a", value), rowOf(t, to, "a", value), value)
		}
		require.Equal(t, before, rowOf(t, to, "a", "new"))
		require.Equal(t, wide, to.Weights.Get("wide/table").Values())
	}
}

func TestStartCountsWhatOtherFieldsHave(t *testing.T) {
	m := trained(t, 1, values)
	path := filepath.Join(t.TempDir(), "v.parquet")
	require.NoError(t, parquet.WriteFile(path, []parquetRow{
		{Field: "past", Value: "plain", Vector: []float32{1, 2, 3}}, // shares the rows of a
		{Field: "b", Value: "plain", Vector: []float32{1}},
		{Field: "bucket", Value: "5", Vector: []float32{1, 2, 3}},
	}))
	started, err := Start(path, m.Weights, m.Fields, m.Encoding)
	require.NoError(t, err)
	require.Equal(t, &Started{Vectors: 3, Rows: 7 + 5, Matched: 1, UnknownField: 1, UnknownValue: 1, UnknownNames: []string{"b"}}, started)
	require.Equal(t, []float32{1, 2, 3}, rowOf(t, m, "a", "plain"))
}

func TestStartRefuses(t *testing.T) {
	m := trained(t, 1, values)
	type without struct {
		Field string `parquet:"field"`
		Value string `parquet:"value"`
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	rows := func(name string, list ...parquetRow) string {
		require.NoError(t, parquet.WriteFile(filepath.Join(dir, name), list))
		return filepath.Join(dir, name)
	}
	missing := filepath.Join(dir, "missing.parquet")
	require.NoError(t, parquet.WriteFile(missing, []without{{"a", "b"}}))
	header := func(h string) string { return npy.Magic + string([]byte{byte(len(h)), 0}) + h }
	write("short.csv", "field,id,value,count\na,1,plain,1\n")
	write("names.csv", "field,value\n")
	for path, want := range map[string]string{
		filepath.Join(dir, "nowhere.parquet"): "nowhere.parquet: no such file",
		write("text.parquet", "PAR1 not"):     "not a file of embeddings",
		missing:                               `it has no column "vector"`,
		rows("size.parquet", parquetRow{Field: "a", Value: "plain", Vector: []float32{1}}):                        `vector 0 (field "a", value "plain"): embeddings cannot start from it: it has 1 values, and a row of "deep/table" has 3`,
		rows("nan.parquet", parquetRow{Field: "a", Value: "plain", Vector: []float32{1, float32(math.NaN()), 0}}): "it has the value NaN",
		rows("none.parquet", parquetRow{Field: "z", Value: "plain", Vector: []float32{1, 2, 3}}):                  "has 1 vectors, and none is of a value of the model",
		write("a.npy", "nothing"): "does not begin as a file of NumPy",
		write("d.npy", header("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 3), }\n")):                              "want a matrix of <f4",
		write("alone.npy", header("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }\n")):                          "alone.csv: no such file",
		write("names.npy", header("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }\n")):                          "names.csv: want the columns",
		write("short.npy", header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n")+string(make([]byte, 24))): "short.csv: EOF",
	} {
		_, err := Start(path, m.Weights, m.Fields, m.Encoding)
		require.Error(t, err, want)
		require.ErrorContains(t, err, want)
	}
}
