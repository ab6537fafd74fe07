package datasets

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/require"
)

// write makes a file in a folder of the test.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	data := []byte(text)
	if strings.HasSuffix(name, ".gz") {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, err := w.Write(data)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		data = packed.Bytes()
	}
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

const exampleSchema = `
label: click
fields:
  - {name: site, min_count: 2}
  - {name: day, column: time, derive: weekday, layout: "2006-01-02 15:04"}
  - {name: price, kind: numeric}
  - {name: item}
  - {name: history, kind: list, length: 2, shares: item}
`

const exampleTrain = `click,time,site,price,item,history,unused
1,2026-01-05 10:00,a,1,i1,,x
0,2026-01-06 10:00,a,3,i2,i1,x
0,2026-01-06 11:00,b,,i1,i1|i2|i3,x
1,2026-01-07 11:00,a,2,"i4, large",i2,x
`

const exampleTest = `site,click,time,price,item,history
c,1,2026-01-04 10:00,4,i9,i9|i3
b,0,2026-01-05 00:00,0,i3,
`

func example(t *testing.T) *Set {
	t.Helper()
	s, err := ParseSchema([]byte(exampleSchema))
	require.NoError(t, err)
	set, err := Read(context.Background(), s, Files{
		Train: []string{write(t, "train.csv.gz", exampleTrain)},
		Test:  []string{write(t, "test.csv", exampleTest)},
	}, nil)
	require.NoError(t, err)
	return set
}

// The wanted ids were numbered by hand: row 0 is out of vocabulary, then in order of occurrence.
// b occurs once, below its min_count. The prices 1, 3 and 2 have mean 2 and deviation sqrt(2/3).
func TestRead(t *testing.T) {
	set := example(t)
	require.Equal(t, []Field{
		{Name: "site", Rows: 2},
		{Name: "day", Rows: 4},
		{Name: "price", Kind: Numeric},
		{Name: "item", Rows: 5},
		{Name: "history", Kind: List, Rows: 5, Length: 2, Shares: "item"},
	}, set.Train.Fields())
	d := float32(math.Sqrt(1.5))
	requireBatch(t, set.Train, &Batch{
		Rows: 4,
		IDs: []int32{
			1, 1, 1, -1, -1,
			1, 2, 2, 1, -1,
			0, 2, 1, 2, 3,
			1, 3, 4, 2, -1,
		},
		Numbers: []float32{-d, d, 0, 0},
		Labels:  []float32{1, 0, 0, 1},
	})
	requireBatch(t, set.Test, &Batch{
		Rows:    2,
		IDs:     []int32{0, 0, 0, 0, 3, 0, 1, 3, -1, -1},
		Numbers: []float32{2 * d, -2 * d},
		Labels:  []float32{1, 0},
	})
	require.Equal(t, "i4, large", set.Vocabularies[3].Value(4))
	require.Equal(t, 3, set.Vocabularies[0].Count(1))
	require.Equal(t, 1, set.Vocabularies[0].Count(0), "the rows of the value that was cut off")
}

func requireBatch(t *testing.T, s Source, want *Batch) {
	t.Helper()
	for got, err := range s.Batches(context.Background(), 100, nil) {
		require.NoError(t, err)
		require.Equal(t, want.IDs, got.IDs)
		require.InDeltaSlice(t, want.Numbers, got.Numbers, 1e-6)
		require.Equal(t, want.Labels, got.Labels)
		require.Equal(t, want.Rows, got.Rows)
	}
}

// What the test part holds must not reach the vocabulary.
func TestVocabularyIsOfTheTrainingPartOnly(t *testing.T) {
	s, err := ParseSchema([]byte(exampleSchema))
	require.NoError(t, err)
	train := write(t, "train.csv", exampleTrain)
	var sizes [][]Field
	for _, test := range []string{exampleTest, strings.ReplaceAll(exampleTest, "i9", "other")} {
		set, err := Read(context.Background(), s, Files{Train: []string{train}, Test: []string{write(t, "test.csv", test)}}, nil)
		require.NoError(t, err)
		sizes = append(sizes, set.Train.Fields())
		require.Zero(t, set.Vocabularies[3].ID("i9"))
	}
	require.Equal(t, sizes[0], sizes[1])
}

func TestReadNamesThePlaceOfAnError(t *testing.T) {
	train := func(text string) func(*testing.T) Files {
		return func(t *testing.T) Files { return Files{Train: []string{write(t, "train.csv", text)}} }
	}
	const header = "click,time,site,price,item,history\n"
	const good = "1,2026-01-05 10:00,a,1,i1,\n"
	for _, c := range []struct {
		name  string
		files func(t *testing.T) Files
		is    error
		want  string
	}{
		{"no files", func(*testing.T) Files { return Files{} }, ErrEmpty, "training part"},
		{"missing file", func(*testing.T) Files { return Files{Train: []string{"/nowhere/x.csv"}} }, fs.ErrNotExist, "/nowhere/x.csv"},
		{"empty file", train(""), ErrEmpty, "train.csv"},
		{"only a header", train(header), ErrEmpty, "train.csv"},
		{"unknown column", train("click,site\n1,2\n"), ErrUnknownColumn, `train.csv, line 1, column "time"`},
		{"column twice", train("click,click\n1,2\n"), nil, `column "click": the column stands twice`},
		{"ragged line", train(header + good + "1,a\n"), ErrColumns, "train.csv, line 3"},
		{"label", train(header + good + "2" + good[1:]), ErrLabel, `train.csv, line 3, column "click": the label must be 0 or 1: "2"`},
		{"number", train(header + strings.Replace(good, ",1,", ",one,", 1)), ErrNumber, `line 2, column "price": not a finite number: "one"`},
		{"NaN", train(header + strings.Replace(good, ",1,", ",NaN,", 1)), ErrNumber, `"NaN"`},
		{"time", train(header + strings.Replace(good, "2026", "x", 1)), ErrTime, `column "time"`},
		{"not UTF-8", train(header + strings.Replace(good, "a", "\xff", 1)), ErrText, `line 2, column "site"`},
		{"NUL byte", train(header + strings.Replace(good, "a", "\x00", 1)), ErrText, `line 2, column "site"`},
		{"open quote", train(header + good + "1,\"2026\n"), nil, "train.csv, line 3"},
		{"long line", train(header + good + "1," + strings.Repeat("x", 10<<20) + "\n" + good), ErrLong, "train.csv, line 3"},
		{"bzip2 cut off", func(t *testing.T) Files {
			path := filepath.Join(t.TempDir(), "z.csv.bz2")
			require.NoError(t, os.WriteFile(path, []byte("BZh91AY"), 0o600))
			return Files{Train: []string{path}}
		}, nil, "z.csv.bz2"},
		{"not gzip", func(t *testing.T) Files {
			path := filepath.Join(t.TempDir(), "x.csv.gz")
			require.NoError(t, os.WriteFile(path, []byte("plain text"), 0o600))
			return Files{Train: []string{path}}
		}, gzip.ErrHeader, "x.csv.gz"},
		{"gzip cut off", func(t *testing.T) Files {
			path := write(t, "y.csv.gz", header+strings.Repeat(good, 1000))
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, data[:len(data)/2], 0o600))
			return Files{Train: []string{path}}
		}, nil, "y.csv.gz"},
		{"bad test file", func(t *testing.T) Files {
			return Files{Train: []string{write(t, "train.csv", header+good)}, Test: []string{write(t, "test.csv", header+"3"+good[1:])}}
		}, ErrLabel, "test.csv, line 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := ParseSchema([]byte(exampleSchema))
			require.NoError(t, err)
			_, err = Read(context.Background(), s, c.files(t), nil)
			require.ErrorContains(t, err, c.want)
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
			}
		})
	}
}

func TestReadStopsWithItsContext(t *testing.T) {
	s, err := ParseSchema([]byte("label: y\nfields: [{name: a}]"))
	require.NoError(t, err)
	path := write(t, "x.csv", "y,a\n"+strings.Repeat("1,b\n", 2*rowsPerChunk))
	ctx, cancel := context.WithCancel(context.Background())
	_, err = Read(ctx, s, Files{Train: []string{path}}, func(int, float64) { cancel() })
	require.ErrorIs(t, err, context.Canceled)
}

func TestSchemaErrors(t *testing.T) {
	for text, want := range map[string]string{
		"label: [":            "",
		"fields: [{name: a}]": "label: no column given",
		"label: y":            "fields: none given",
		"label: y\nfields:\n  - {name: a, colour: red}":                      "colour",
		"label: y\nfields: [{name: a}, {name: a}]":                           `field 2 ("a"): name`,
		"label: y\nfields: [{name: a, kind: text}]":                          `kind: want categorical, numeric or list, got "text"`,
		"label: y\nfields: [{name: a, kind: list}]":                          "length: a list needs at least 1",
		"label: y\nfields: [{name: a, shares: b}]":                           `shares: "b" is not an earlier field`,
		"label: y\nfields: [{name: a, derive: hour}]":                        "needs the layout",
		"label: y\nfields: [{name: a, min_count: -1}]":                       "min_count: must be at least 0",
		"label: y\ndelimiter: ab\nfields: [{name: a}]":                       "delimiter: want one character",
		"label: y\nfields: [{name: a, kind: numeric}, {name: b, shares: a}]": `shares: "a"`,
	} {
		_, err := ParseSchema([]byte(text))
		require.ErrorIs(t, err, ErrSchema, text)
		require.ErrorContains(t, err, want)
	}
	_, err := LoadSchema("/nowhere/schema.yaml")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestMemoryShufflesTheSameForTheSameSeed(t *testing.T) {
	ids, labels := make([]int32, 1000), make([]float32, 1000)
	for i := range ids {
		ids[i] = int32(i)
	}
	m, err := NewMemory([]Field{{Name: "f", Rows: 1000}}, ids, nil, labels)
	require.NoError(t, err)
	pass := func(shuffle *rand.Rand) (all []int32) {
		for b, err := range m.Batches(context.Background(), 300, shuffle) {
			require.NoError(t, err)
			all = append(all, b.IDs...)
			require.Len(t, b.Labels, b.Rows)
		}
		return all
	}
	require.Equal(t, ids, pass(nil))
	shuffled := pass(rand.New(rand.NewPCG(1, 1)))
	require.NotEqual(t, ids, shuffled)
	require.ElementsMatch(t, ids, shuffled)
	require.Equal(t, shuffled, pass(rand.New(rand.NewPCG(1, 1))))
	for _, err := range m.Batches(context.Background(), 0, nil) {
		require.ErrorContains(t, err, "batch size must be at least 1")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, err := range m.Batches(ctx, 10, nil) {
		require.ErrorIs(t, err, context.Canceled)
	}
	_, err = NewMemory([]Field{{Name: "f", Rows: 1}}, ids, nil, labels[:5])
	require.ErrorContains(t, err, "5 labels with 1000 ids")
}

// Ids above 2^24 do not fit in a float32.
func TestLargeIDsStayDistinct(t *testing.T) {
	m, err := NewMemory([]Field{{Name: "f", Rows: 1<<24 + 3}}, []int32{1 << 24, 1<<24 + 1, 1<<24 + 2}, nil, make([]float32, 3))
	require.NoError(t, err)
	requireBatch(t, m, &Batch{Rows: 3, IDs: []int32{1 << 24, 1<<24 + 1, 1<<24 + 2}, Labels: make([]float32, 3)})
}

// Buckets of a hash go beyond 2^24 too, and stay what they are from the log to the batch.
func TestLargeIDsStayDistinctFromTheLogToTheBatch(t *testing.T) {
	const buckets = 100_000_000
	s := &Schema{Label: "y", Fields: []FieldSchema{{Name: "id", Hash: buckets}}}
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
	_, err := Input{Schema: s, Files: Files{Train: []string{write(t, "train.csv", text)}}}.Prepare(t.Context(), dir)
	require.NoError(t, err)
	set, err := OpenPrepared(t.Context(), dir, 0)
	require.NoError(t, err)
	for b, err := range set.Train.Batches(t.Context(), 1000, nil) {
		require.NoError(t, err)
		require.Equal(t, want, b.IDs)
	}
}

func TestOpen(t *testing.T) {
	_, err := Open(context.Background(), "criteo", Files{}, 0, nil)
	require.ErrorIs(t, err, ErrUnknownData)
	require.ErrorContains(t, err, `"criteo"; known: synthetic, avazu`)
}

// The counts are those of the sample's README: 9,999 lines of data in two files, of which the
// second has no header.
func TestAvazuSample(t *testing.T) {
	set, err := Open(context.Background(), "avazu", Files{
		Train: []string{sample(t, "avazu/train_9000.csv.gz")}, Test: []string{sample(t, "avazu/test_1000.csv.gz")},
	}, 0, nil)
	require.NoError(t, err)
	require.Equal(t, 8999, set.Train.Len())
	require.Equal(t, 1000, set.Test.Len())
	require.Len(t, set.Train.Fields(), 24)
}

func TestSyntheticIsALogWithALongTail(t *testing.T) {
	set, err := Synthetic{TrainRows: 50_000, Seed: 3}.Open()
	require.NoError(t, err)
	m := set.Train.(*Memory)
	counts := make([]int, m.fields[0].Rows)
	for i := 0; i < len(m.ids); i += len(m.fields) {
		counts[m.ids[i]]++
	}
	once := 0
	for _, c := range counts {
		if c == 1 {
			once++
		}
	}
	require.Greater(t, float64(once)/float64(len(counts)), 0.5, "the share of users that occur once")
	require.Greater(t, set.BestAUC, 0.7)
	require.Less(t, set.BestAUC, 0.9)

	again, err := Synthetic{TrainRows: 50_000, Seed: 3}.Open()
	require.NoError(t, err)
	require.Equal(t, m.ids, again.Train.(*Memory).ids)
	require.Equal(t, m.labels, again.Train.(*Memory).labels)
}

// Two samples of probabilities 0.9 and 0.2: the better one is the only positive with
// probability .9*.8, the worse one with .1*.2, and only these draws have an AUC.
func TestExpectedAUC(t *testing.T) {
	require.InDelta(t, .72/(.72+.02), expectedAUC([]float64{0.9, 0.2}), 1e-12)
}

func FuzzRead(f *testing.F) {
	f.Add(exampleTrain, ",")
	f.Add("click,time,site,price,item,history\n1,\"x\n", "\t")
	f.Fuzz(func(t *testing.T, text, delimiter string) {
		s, err := ParseSchema([]byte(exampleSchema))
		require.NoError(t, err)
		if len(delimiter) == 1 && delimiter[0] < 128 && !strings.Contains("\"\r\n\x00", delimiter) {
			s.Delimiter = delimiter
		}
		path := filepath.Join(t.TempDir(), "x.csv")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		set, err := Read(context.Background(), s, Files{Train: []string{path}}, nil)
		if err != nil {
			return
		}
		for b, err := range set.Train.Batches(context.Background(), 7, nil) {
			require.NoError(t, err)
			checkIDs(t, set.Train.Fields(), b)
		}
	})
}

// checkIDs asserts that every id is within its field.
func checkIDs(t *testing.T, fields []Field, b *Batch) {
	t.Helper()
	columns, _ := width(fields)
	for i := range b.Rows {
		at := i * columns
		for _, f := range fields {
			for range f.Columns() {
				id := int(b.IDs[at])
				require.True(t, id < f.Rows && (id >= 0 || id == Absent && f.Kind == List), fmt.Sprint(f.Name, id))
				at++
			}
		}
	}
}

func ExampleRead() {
	schema, err := ParseSchema([]byte("label: click\nfields: [{name: site}, {name: item}]"))
	if err != nil {
		fmt.Println(err)
		return
	}
	path := filepath.Join(os.TempDir(), "ctrzoo-example.csv")
	defer os.Remove(path)
	if err := os.WriteFile(path, []byte("click,site,item\n1,news,shoe\n0,news,hat\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	set, err := Read(context.Background(), schema, Files{Train: []string{path}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for batch := range set.Train.Batches(context.Background(), 2, nil) {
		fmt.Println(batch.IDs, batch.Labels)
	}
	// Output: [1 1 1 2] [1 0]
}
