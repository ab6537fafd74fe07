package rawlog

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/stretchr/testify/require"
)

// readLog reads all records of a file, and the errors that it meets.
func readLog(t *testing.T, f Format, path string, columns ...Column) (rows [][]string, failures []error) {
	t.Helper()
	l, err := Open(f, []string{path})
	require.NoError(t, err)
	return collect(t, l, columns...)
}

// collect reads all records of a log, and the errors that it meets.
func collect(t *testing.T, l Log, columns ...Column) (rows [][]string, failures []error) {
	t.Helper()
	for r, err := range l(context.Background(), columns, nil) {
		if err != nil {
			failures = append(failures, err)
			continue
		}
		rows = append(rows, slices.Clone(r.Values))
	}
	return rows, failures
}

// named are the columns of some names.
func named(names ...string) (list []Column) {
	for _, name := range names {
		list = append(list, Column{Name: name})
	}
	return list
}

// requireFailure asserts that the file has one error, and that everything else was read.
func requireFailure(t *testing.T, f Format, path string, columns []string, rows int, is error, want string) {
	t.Helper()
	got, failures := readLog(t, f, path, named(columns...)...)
	require.Len(t, failures, 1)
	require.Len(t, got, rows)
	require.ErrorContains(t, failures[0], want)
	if is != nil {
		require.ErrorIs(t, failures[0], is)
	}
}

// 16777217 is 2^24+1, 9007199254740993 is 2^53+1: the first numbers that a float32 and a float64
// do not hold.
func TestJSONLines(t *testing.T) {
	path := testlog.Write(t, "log.jsonl.gz", `{"click": true, "user": {"id": 9007199254740993, "tags": ["a", ["b", null]]}, "price": 1.50e3, "other": {"x": [{}]}}

 {"user": {"id":16777217,"tags":[]},"click":0,"na\u006de":"q \"q\" ü \u00fc\\"}
{"click": 1, "user": null, "price": null}
`)
	rows, failures := readLog(t, Format{}, path, named("click", "user.id", "user.tags", "price", "name")...)
	require.Empty(t, failures)
	require.Equal(t, [][]string{
		{"1", "9007199254740993", "a|b", "1.50e3", ""},
		{"0", "16777217", "", "", `q "q" ü ü\`},
		{"1", "", "", "", ""},
	}, rows)
}

func TestTextsInMemoryAreReadAsFilesAre(t *testing.T) {
	for name, text := range map[string]string{"x.csv": "y,a\n1,\"p\nq\"\n", "x.tsv": "a\ty\np\nq\t1\n", "x.jsonl": `{"y":1,"a":"p"}` + "\n{", "x.libsvm": "1 2:1\n"} {
		f := Format{}
		if name == "x.libsvm" {
			f.Columns = []string{"y", "a"}
		}
		path := testlog.Write(t, name, text)
		want, wantFailures := readLog(t, f, path, named("y", "a")...)
		l, err := OpenText(f, path, []byte(text))
		require.NoError(t, err)
		rows, failures := collect(t, l, named("y", "a")...)
		require.Equal(t, want, rows, name)
		require.Equal(t, wantFailures, failures, name)
	}
	_, err := OpenText(Format{}, "x.parquet", nil)
	require.ErrorContains(t, err, "datasets: x.parquet: parquet is no format of texts")
	_, err = OpenText(Format{Name: "xml"}, "x", nil)
	require.ErrorContains(t, err, "format: want csv")
}

func TestJSONLinesJoinListsByTheirSeparator(t *testing.T) {
	path := testlog.Write(t, "x.json", `{"history":["a|b",7]}`)
	rows, failures := readLog(t, Format{}, path, Column{Name: "history", Separator: ","})
	require.Empty(t, failures)
	require.Equal(t, [][]string{{"a|b,7"}}, rows)
}

func TestJSONLinesThatCannotBeRead(t *testing.T) {
	const good = `{"y":1,"a":"x"}` + "\n"
	for _, c := range []struct {
		name, text string
		rows       int
		is         error
		want       string
	}{
		{"empty file", "\n\n", 0, ErrEmpty, "x.jsonl"},
		{"cut off", good + `{"y":1,"a"`, 1, nil, "x.jsonl, line 2: not JSON: unexpected end"},
		{"not JSON", `{"y":1 "a":2}` + "\n" + good, 1, nil, "line 1: not JSON: invalid character"},
		{"no object", good + "[1]\n" + good, 2, nil, `line 2: not a JSON object: "[1]"`},
		{"object for a value", good + `{"y":1,"a":{"b":1}}` + "\n" + good, 2, errObject, `line 2, column "a"`},
		{"key twice", good + `{"y":1,"a":1,"a":2}`, 1, errTwice, `line 2, column "a"`},
		{"invalid UTF-8", good + "{\"a\":\"\xff\"}\n" + good, 2, ErrText, `line 2, column "a"`},
		{"NUL", good + `{"a":"\u0000"}` + "\n" + good, 2, ErrText, `line 2, column "a"`},
		{"separator in a list", good + `{"a":["p|q"]}` + "\n" + good, 2, errSeparator, `line 2, column "a"`},
		{"object in a list", `{"a":[{"p":1}]}` + "\n" + good, 1, errObject, `line 1, column "a"`},
		{"unknown column", `{"y":1,"b":1}`, 1, ErrUnknownColumn, `x.jsonl, column "a"`},
		{"long line", good + strings.Repeat(" ", 10<<20) + "\n" + good, 2, ErrLong, "line 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			requireFailure(t, Format{}, testlog.Write(t, "x.jsonl", c.text), []string{"y", "a"}, c.rows, c.is, c.want)
		})
	}
}

func TestLibsvm(t *testing.T) {
	path := testlog.Write(t, "x.svm", "+1 3:1 16777217:1 # comment\n\n-1 4:1 16777216:1\n")
	rows, failures := readLog(t, Format{Columns: []string{"click", "site", "item"}}, path, named("item", "click")...)
	require.Empty(t, failures)
	require.Equal(t, [][]string{{"16777217", "1"}, {"16777216", "0"}}, rows)
	rows, failures = readLog(t, Format{}, path, named("label", "features", "4")...)
	require.Empty(t, failures)
	require.Equal(t, [][]string{{"1", "3 16777217", ""}, {"0", "4 16777216", "1"}}, rows)
	rows, failures = readLog(t, Format{}, testlog.Write(t, "x.libsvm", "1 7:-0.25 9:1e3\n"), named("7", "9")...)
	require.Empty(t, failures)
	require.Equal(t, [][]string{{"-0.25", "1e3"}}, rows)
}

func TestLibsvmThatCannotBeRead(t *testing.T) {
	const good = "1 3:1 4:1\n"
	for _, c := range []struct {
		name, text string
		rows       int
		is         error
		want       string
	}{
		{"empty file", "# nothing\n", 0, ErrEmpty, "x.svm"},
		{"too few", good + "1 3:1\n" + good, 2, ErrColumns, "line 2: wrong number of columns: 2, want 3"},
		{"too many", good + "1 3:1 4:1 5:1\n", 1, ErrColumns, "line 2"},
		{"no pair", good + "1 3:1 x:1\n", 1, errPair, `line 2, column "b": want index:value: "x:1"`},
		{"no value", good + "1 3: 4:1\n", 1, errPair, `line 2, column "a"`},
		{"weight", good + "1 3:2 4:1\n", 1, errWeight, `line 2, column "a"`},
		{"invalid UTF-8", good + "1 3:\xff 4:1\n", 1, ErrText, "line 2"},
		{"NUL", good + "1 3:1\x00 4:1\n", 1, ErrText, "line 2"},
		{"long line", good + strings.Repeat(" ", 10<<20) + "\n" + good, 2, ErrLong, "line 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Format{Columns: []string{"y", "a", "b"}}
			requireFailure(t, s, testlog.Write(t, "x.svm", c.text), s.Columns, c.rows, c.is, c.want)
		})
	}
	requireFailure(t, Format{}, testlog.Write(t, "x.svm", "1 3:1 3:2\n"), []string{"3"}, 0, errTwice, `line 1, column "3"`)
	requireFailure(t, Format{}, testlog.Write(t, "x.svm", "1 3:1 5:2\n"), []string{"features"}, 0, errWeight, `"5:2"`)
	requireFailure(t, Format{}, testlog.Write(t, "x.svm", good), []string{"site"}, 0, ErrUnknownColumn, `column "site"`)
	requireFailure(t, Format{Columns: []string{"y"}}, testlog.Write(t, "x.svm", good), []string{"3"}, 0, ErrUnknownColumn, `column "3"`)
}

func TestParquet(t *testing.T) {
	rows, failures := readLog(t, Format{}, testlog.Parquet(t),
		named("click", "item", "site", "price", "score", "big", "day", "time", "history", "tags", "user.city")...)
	require.Empty(t, failures)
	zero := "0001-01-01 00:00:00" // of time.Time
	require.Equal(t, [][]string{
		{"1", "9007199254740993", "news", "16777216", "0.25", "18446744073709551615", "2022-01-08", "2023-11-14 22:13:20.123", "16777217|5", "a|b", "Köln"},
		{"0", "-7", "", "1.5", "1e+300", "0", "1970-01-01", zero, "", "", ""},
		{"0", "3", "", "0", "0", "0", "1970-01-01", zero, "9", "", ""},
	}, rows)
}

func TestParquetThatCannotBeRead(t *testing.T) {
	good := testlog.Parquet(t)
	requireFailure(t, Format{}, good, []string{"nothing"}, 0, ErrUnknownColumn, `x.parquet, column "nothing"`)
	requireFailure(t, Format{}, good, []string{"cents"}, 0, nil, `column "cents": columns of the Parquet type DECIMAL`)
	requireFailure(t, Format{}, testlog.WriteParquet(t, nil), []string{"item"}, 0, ErrEmpty, "x.parquet")
	requireFailure(t, Format{}, testlog.WriteParquet(t, []testlog.ParquetRow{{Item: 1}, {Tags: []string{"a|b"}}}), []string{"tags"}, 1, errSeparator, `line 2, column "tags"`)
	requireFailure(t, Format{}, testlog.WriteParquet(t, []testlog.ParquetRow{{Item: 1}, {Tags: []string{"a\x00"}}}), []string{"tags"}, 1, ErrText, `line 2, column "tags"`)

	data, err := os.ReadFile(good)
	require.NoError(t, err)
	requireFailure(t, Format{}, testlog.Write(t, "cut.parquet", string(data[:len(data)/2])), []string{"item"}, 0, nil, "cut.parquet")
	requireFailure(t, Format{}, testlog.Write(t, "text.parquet", "click,item\n1,2\n"), []string{"item"}, 0, nil, "text.parquet")
	requireFailure(t, Format{}, filepath.Join(t.TempDir(), "none.parquet"), []string{"item"}, 0, fs.ErrNotExist, "none.parquet")
}

// Bytes of the pages are changed, one in a file: the values may differ, but nothing panics.
func TestParquetThatIsDamaged(t *testing.T) {
	data, err := os.ReadFile(testlog.Parquet(t))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "x.parquet")
	failed := 0
	for at := 0; at < len(data); at += 7 {
		damaged := bytes.Clone(data)
		damaged[at] ^= 0x55
		require.NoError(t, os.WriteFile(path, damaged, 0o600))
		_, failures := readLog(t, Format{}, path, named("click", "item", "site", "price", "history", "tags")...)
		for _, err := range failures {
			var syntax *SyntaxError
			require.True(t, errors.As(err, &syntax), err)
			failed++
		}
	}
	require.Positive(t, failed)
}

func TestFormats(t *testing.T) {
	for path, want := range map[string]string{
		"a.csv.gz": "csv", "a": "csv", "a.TSV": "tsv", "a.txt.bz2": "tsv", "a.jsonl.zst": "jsonl", "a.json": "jsonl",
		"a.svm": "libsvm", "a.libsvm.gz": "libsvm", "a.parquet": "parquet",
	} {
		require.Equal(t, want, FormatOf(path), path)
	}
	rows, failures := readLog(t, Format{Name: "libsvm"}, testlog.Write(t, "a.txt", "1 3:1\n"), named("3")...)
	require.Empty(t, failures)
	require.Equal(t, [][]string{{"1"}}, rows)
	_, err := Open(Format{Name: "xml"}, []string{"a.txt"})
	require.EqualError(t, err, `datasets: a.txt: format: want csv, tsv, jsonl, libsvm or parquet, got "xml"`)
}
