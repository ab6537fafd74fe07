package encode

import (
	"context"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/internal/table"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testset"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/internal/fuzzing"
	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/require"
)

func example(t *testing.T) *datasets.Set {
	t.Helper()
	s, err := schema.Parse([]byte(testlog.Schema))
	require.NoError(t, err)
	set, err := Open(context.Background(), s, rawlog.Files{
		Train: []string{testlog.Write(t, "train.csv.gz", testlog.Train)},
		Test:  []string{testlog.Write(t, "test.csv", testlog.Test)},
	}, Options{})
	require.NoError(t, err)
	return set
}

// The wanted ids were numbered by hand: row 0 is out of vocabulary, then in order of occurrence.
// b occurs once, below its min_count. The prices 1, 3 and 2 have mean 2 and deviation sqrt(2/3).
func TestRead(t *testing.T) {
	set := example(t)
	require.Equal(t, []datasets.Field{
		{Name: "site", Rows: 2},
		{Name: "day", Rows: 4},
		{Name: "price", Kind: datasets.Numeric},
		{Name: "item", Rows: 5},
		{Name: "history", Kind: datasets.List, Rows: 5, Length: 2, Shares: "item"},
	}, set.Train.Fields())
	d := float32(math.Sqrt(1.5))
	testset.Equal(t, set.Train, &datasets.Batch{
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
	testset.Equal(t, set.Test, &datasets.Batch{
		Rows:    2,
		IDs:     []int32{0, 0, 0, 0, 3, 0, 1, 3, -1, -1},
		Numbers: []float32{2 * d, -2 * d},
		Labels:  []float32{1, 0},
	})
	require.Equal(t, "i4, large", set.Encoding.Vocabularies[3].Value(4))
	require.Equal(t, 3, set.Encoding.Vocabularies[0].Count(1))
	require.Equal(t, 1, set.Encoding.Vocabularies[0].Count(0), "the rows of the value that was cut off")
}

// What the test part holds must not reach the vocabulary.
func TestVocabularyIsOfTheTrainingPartOnly(t *testing.T) {
	s, err := schema.Parse([]byte(testlog.Schema))
	require.NoError(t, err)
	train := testlog.Write(t, "train.csv", testlog.Train)
	var sizes [][]datasets.Field
	for _, test := range []string{testlog.Test, strings.ReplaceAll(testlog.Test, "i9", "other")} {
		set, err := Open(context.Background(), s, rawlog.Files{Train: []string{train}, Test: []string{testlog.Write(t, "test.csv", test)}}, Options{})
		require.NoError(t, err)
		sizes = append(sizes, set.Train.Fields())
		require.Zero(t, set.Encoding.Vocabularies[3].ID("i9"))
	}
	require.Equal(t, sizes[0], sizes[1])
}

func TestReadNamesThePlaceOfAnError(t *testing.T) {
	train := func(text string) func(*testing.T) rawlog.Files {
		return func(t *testing.T) rawlog.Files {
			return rawlog.Files{Train: []string{testlog.Write(t, "train.csv", text)}}
		}
	}
	const header = "click,time,site,price,item,history\n"
	const good = "1,2026-01-05 10:00,a,1,i1,\n"
	for _, c := range []struct {
		name  string
		files func(t *testing.T) rawlog.Files
		is    error
		want  string
	}{
		{"no files", func(*testing.T) rawlog.Files { return rawlog.Files{} }, rawlog.ErrEmpty, "training part"},
		{"missing file", func(*testing.T) rawlog.Files { return rawlog.Files{Train: []string{"/nowhere/x.csv"}} }, fs.ErrNotExist, "/nowhere/x.csv"},
		{"empty file", train(""), rawlog.ErrEmpty, "train.csv"},
		{"only a header", train(header), rawlog.ErrEmpty, "train.csv"},
		{"unknown column", train("click,site\n1,2\n"), rawlog.ErrUnknownColumn, `train.csv, line 1, column "time"`},
		{"column twice", train("click,click\n1,2\n"), nil, `column "click": the column appears twice`},
		{"ragged line", train(header + good + "1,a\n"), rawlog.ErrColumns, "train.csv, line 3"},
		{"label", train(header + good + "2" + good[1:]), schema.ErrLabel, `train.csv, line 3, column "click": the label must be 0 or 1: "2"`},
		{"number", train(header + strings.Replace(good, ",1,", ",one,", 1)), schema.ErrNumber, `line 2, column "price": not a finite number: "one"`},
		{"NaN", train(header + strings.Replace(good, ",1,", ",NaN,", 1)), schema.ErrNumber, `"NaN"`},
		{"time", train(header + strings.Replace(good, "2026", "x", 1)), schema.ErrTime, `column "time"`},
		{"not UTF-8", train(header + strings.Replace(good, "a", "\xff", 1)), rawlog.ErrText, `line 2, column "site"`},
		{"NUL byte", train(header + strings.Replace(good, "a", "\x00", 1)), rawlog.ErrText, `line 2, column "site"`},
		{"open quote", train(header + good + "1,\"2026\n"), nil, "train.csv, line 3"},
		{"long line", train(header + good + "1," + strings.Repeat("x", 10<<20) + "\n" + good), rawlog.ErrLong, "train.csv, line 3"},
		{"bzip2 cut off", func(t *testing.T) rawlog.Files {
			path := filepath.Join(t.TempDir(), "z.csv.bz2")
			require.NoError(t, os.WriteFile(path, []byte("BZh91AY"), 0o600))
			return rawlog.Files{Train: []string{path}}
		}, nil, "z.csv.bz2"},
		{"not gzip", func(t *testing.T) rawlog.Files {
			path := filepath.Join(t.TempDir(), "x.csv.gz")
			require.NoError(t, os.WriteFile(path, []byte("plain text"), 0o600))
			return rawlog.Files{Train: []string{path}}
		}, gzip.ErrHeader, "x.csv.gz"},
		{"gzip cut off", func(t *testing.T) rawlog.Files {
			path := testlog.Write(t, "y.csv.gz", header+strings.Repeat(good, 1000))
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, data[:len(data)/2], 0o600))
			return rawlog.Files{Train: []string{path}}
		}, nil, "y.csv.gz"},
		{"bad test file", func(t *testing.T) rawlog.Files {
			return rawlog.Files{Train: []string{testlog.Write(t, "train.csv", header+good)}, Test: []string{testlog.Write(t, "test.csv", header+"3"+good[1:])}}
		}, schema.ErrLabel, "test.csv, line 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := schema.Parse([]byte(testlog.Schema))
			require.NoError(t, err)
			_, err = Open(context.Background(), s, c.files(t), Options{})
			require.ErrorContains(t, err, c.want)
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
			}
		})
	}
}

func TestReadStopsWithItsContext(t *testing.T) {
	s, err := schema.Parse([]byte("label: y\nfields: [{name: a}]"))
	require.NoError(t, err)
	path := testlog.Write(t, "x.csv", "y,a\n"+strings.Repeat("1,b\n", 2*table.MostRows))
	ctx, cancel := context.WithCancel(context.Background())
	_, err = Open(ctx, s, rawlog.Files{Train: []string{path}}, Options{Progress: func(int, float64) { cancel() }})
	require.ErrorIs(t, err, context.Canceled)
}

func FuzzRead(f *testing.F) {
	f.Add(testlog.Train, ",")
	f.Add("click,time,site,price,item,history\n1,\"x\n", "\t")
	s, err := schema.Parse([]byte(testlog.Schema))
	require.NoError(f, err)
	usual := s.Format.Delimiter
	fuzzing.Fuzz(f, func(t *testing.T, text, delimiter string) {
		s.Format.Delimiter = usual
		if len(delimiter) == 1 && delimiter[0] < 128 && !strings.Contains("\"\r\n\x00", delimiter) {
			s.Format.Delimiter = delimiter
		}
		open := func(_ context.Context, paths []string) (rawlog.Logs, error) {
			log, err := rawlog.OpenText(s.Format, paths[0], []byte(text))
			return rawlog.Logs{Train: log}, err
		}
		set, err := Input{Schema: s, Files: rawlog.Files{Train: []string{"x.csv"}}, Logs: open}.Open(context.Background())
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
func checkIDs(t *testing.T, fields []datasets.Field, b *datasets.Batch) {
	t.Helper()
	columns, _ := datasets.Width(fields)
	for i := range b.Rows {
		at := i * columns
		for _, f := range fields {
			for range f.Columns() {
				id := int(b.IDs[at])
				require.True(t, id < f.Rows && (id >= 0 || id == datasets.Absent && f.Kind == datasets.List), fmt.Sprint(f.Name, id))
				at++
			}
		}
	}
}

func TestOSBrowser(t *testing.T) {
	for userAgent, want := range map[string]string{
		"": "other_other",
		"Mozilla/5.0 (Windows NT 6.1) Chrome/21 Safari/537":  "windows_chrome",
		"Mozilla/5.0 (iPhone; CPU like Mac OS X) Safari/533": "mac_safari",
		"Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)": "windows_ie",
	} {
		require.Equal(t, want, new(userAgents).osBrowser(userAgent), userAgent)
	}
}
