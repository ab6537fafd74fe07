package datasets

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
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"
)

// readLog reads all records of a file, and the errors that it meets.
func readLog(t *testing.T, s *Schema, path string, columns ...string) (rows [][]string, failures []error) {
	t.Helper()
	l, err := openLog(s, path)
	require.NoError(t, err)
	for r, err := range l(context.Background(), columns) {
		if err != nil {
			failures = append(failures, err)
			continue
		}
		rows = append(rows, slices.Clone(r.values))
	}
	return rows, failures
}

// requireFailure asserts that the file has one error, and that everything else was read.
func requireFailure(t *testing.T, s *Schema, path string, columns []string, rows int, is error, want string) {
	t.Helper()
	got, failures := readLog(t, s, path, columns...)
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
	path := write(t, "log.jsonl.gz", `{"click": true, "user": {"id": 9007199254740993, "tags": ["a", ["b", null]]}, "price": 1.50e3, "other": {"x": [{}]}}

 {"user": {"id":16777217,"tags":[]},"click":0,"na\u006de":"q \"q\" ü \u00fc\\"}
{"click": 1, "user": null, "price": null}
`)
	rows, failures := readLog(t, &Schema{}, path, "click", "user.id", "user.tags", "price", "name")
	require.Empty(t, failures)
	require.Equal(t, [][]string{
		{"1", "9007199254740993", "a|b|", "1.50e3", ""},
		{"0", "16777217", "", "", `q "q" ü ü\`},
		{"1", "", "", "", ""},
	}, rows)
}

func TestJSONLinesJoinListsByTheirSeparator(t *testing.T) {
	s := &Schema{Fields: []FieldSchema{{Name: "h", Column: "history", Kind: "list", Separator: ",", Length: 2}}}
	rows, failures := readLog(t, s, write(t, "x.json", `{"history":["a|b",7]}`), "history")
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
			requireFailure(t, &Schema{}, write(t, "x.jsonl", c.text), []string{"y", "a"}, c.rows, c.is, c.want)
		})
	}
}

func TestLibsvm(t *testing.T) {
	path := write(t, "x.svm", "+1 3:1 16777217:1 # comment\n\n-1 4:1 16777216:1\n")
	rows, failures := readLog(t, &Schema{Columns: []string{"click", "site", "item"}}, path, "item", "click")
	require.Empty(t, failures)
	require.Equal(t, [][]string{{"16777217", "1"}, {"16777216", "0"}}, rows)
	rows, failures = readLog(t, &Schema{}, path, "label", "features", "4")
	require.Empty(t, failures)
	require.Equal(t, [][]string{{"1", "3 16777217", ""}, {"0", "4 16777216", "1"}}, rows)
	rows, failures = readLog(t, &Schema{}, write(t, "x.libsvm", "1 7:-0.25 9:1e3\n"), "7", "9")
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
			s := &Schema{Columns: []string{"y", "a", "b"}}
			requireFailure(t, s, write(t, "x.svm", c.text), s.Columns, c.rows, c.is, c.want)
		})
	}
	requireFailure(t, &Schema{}, write(t, "x.svm", "1 3:1 3:2\n"), []string{"3"}, 0, errTwice, `line 1, column "3"`)
	requireFailure(t, &Schema{}, write(t, "x.svm", "1 3:1 5:2\n"), []string{"features"}, 0, errWeight, `"5:2"`)
	requireFailure(t, &Schema{}, write(t, "x.svm", good), []string{"site"}, 0, ErrUnknownColumn, `column "site"`)
	requireFailure(t, &Schema{Columns: []string{"y"}}, write(t, "x.svm", good), []string{"3"}, 0, ErrUnknownColumn, `column "3"`)
}

// parquetExample is a row of a Parquet file as other programs write them.
type parquetExample struct {
	Click   bool      `parquet:"click"`
	Item    int64     `parquet:"item"`
	Site    *string   `parquet:"site,optional,dict"`
	Price   float32   `parquet:"price"`
	Score   float64   `parquet:"score"`
	Big     uint64    `parquet:"big"`
	Day     int32     `parquet:"day,date"`
	Time    time.Time `parquet:"time,timestamp(microsecond)"`
	History []int64   `parquet:"history,list"`
	Tags    []string  `parquet:"tags"`
	User    struct {
		City string `parquet:"city"`
	} `parquet:"user"`
	Cents int64 `parquet:"cents,decimal(2:12)"`
}

func writeParquet(t *testing.T, rows []parquetExample) string {
	t.Helper()
	var file bytes.Buffer
	w := parquet.NewGenericWriter[parquetExample](&file, parquet.MaxRowsPerRowGroup(2))
	_, err := w.Write(rows)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return write(t, "x.parquet", file.String())
}

func parquetRowsOf(t *testing.T) string {
	site := "news"
	rows := []parquetExample{
		{Click: true, Item: 1<<53 + 1, Site: &site, Price: 16777216, Score: 0.25, Big: 1<<64 - 1, Day: 19000,
			Time: time.UnixMilli(1_700_000_000_123), History: []int64{1<<24 + 1, 5}, Tags: []string{"a", "b"}},
		{Item: -7, Price: 1.5, Score: 1e300, History: nil},
		{Item: 3, History: []int64{9}, Tags: []string{""}},
	}
	rows[0].User.City = "Köln"
	return writeParquet(t, rows)
}

func TestParquet(t *testing.T) {
	rows, failures := readLog(t, &Schema{}, parquetRowsOf(t),
		"click", "item", "site", "price", "score", "big", "day", "time", "history", "tags", "user.city")
	require.Empty(t, failures)
	zero := "0001-01-01 00:00:00" // of time.Time
	require.Equal(t, [][]string{
		{"1", "9007199254740993", "news", "16777216", "0.25", "18446744073709551615", "2022-01-08", "2023-11-14 22:13:20.123", "16777217|5", "a|b", "Köln"},
		{"0", "-7", "", "1.5", "1e+300", "0", "1970-01-01", zero, "", "", ""},
		{"0", "3", "", "0", "0", "0", "1970-01-01", zero, "9", "", ""},
	}, rows)
}

func TestParquetThatCannotBeRead(t *testing.T) {
	good := parquetRowsOf(t)
	requireFailure(t, &Schema{}, good, []string{"nothing"}, 0, ErrUnknownColumn, `x.parquet, column "nothing"`)
	requireFailure(t, &Schema{}, good, []string{"cents"}, 0, nil, `column "cents": columns of the Parquet type DECIMAL`)
	requireFailure(t, &Schema{}, writeParquet(t, nil), []string{"item"}, 0, ErrEmpty, "x.parquet")
	requireFailure(t, &Schema{}, writeParquet(t, []parquetExample{{Item: 1}, {Tags: []string{"a|b"}}}), []string{"tags"}, 1, errSeparator, `line 2, column "tags"`)
	requireFailure(t, &Schema{}, writeParquet(t, []parquetExample{{Item: 1}, {Tags: []string{"a\x00"}}}), []string{"tags"}, 1, ErrText, `line 2, column "tags"`)

	data, err := os.ReadFile(good)
	require.NoError(t, err)
	requireFailure(t, &Schema{}, write(t, "cut.parquet", string(data[:len(data)/2])), []string{"item"}, 0, nil, "cut.parquet")
	requireFailure(t, &Schema{}, write(t, "text.parquet", "click,item\n1,2\n"), []string{"item"}, 0, nil, "text.parquet")
	requireFailure(t, &Schema{}, filepath.Join(t.TempDir(), "none.parquet"), []string{"item"}, 0, fs.ErrNotExist, "none.parquet")
}

// Bytes of the pages are changed, one in a file: the values may differ, but nothing panics.
func TestParquetThatIsDamaged(t *testing.T) {
	data, err := os.ReadFile(parquetRowsOf(t))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "x.parquet")
	failed := 0
	for at := 0; at < len(data); at += 7 {
		damaged := bytes.Clone(data)
		damaged[at] ^= 0x55
		require.NoError(t, os.WriteFile(path, damaged, 0o600))
		_, failures := readLog(t, &Schema{}, path, "click", "item", "site", "price", "history", "tags")
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
		require.Equal(t, want, (&Schema{}).format(path), path)
	}
	require.Equal(t, "libsvm", (&Schema{Format: "libsvm"}).format("a.txt"))
}
