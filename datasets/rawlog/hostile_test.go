package rawlog

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"
)

// A quote that does not belong there costs its line, and no other.
func TestALoneQuoteCostsOneLine(t *testing.T) {
	const n = 5000
	for name, bad := range map[string]string{
		"open":             `"x,1`,
		"open at the end":  `x,"1`,
		"closed too early": `"x"y,1`,
		"bare":             `x"y,1`,
		"three":            `"""x,1`,
		"open and empty":   `",1`,
	} {
		for _, at := range []int{0, n / 2, n - 1} {
			var text strings.Builder
			text.WriteString("a,b\n")
			for i := range n {
				if i == at {
					text.WriteString(bad + "\n")
					continue
				}
				fmt.Fprintf(&text, "%d,y\n", i)
			}
			rows, failures := readLog(t, Format{}, testlog.Write(t, "x.csv", text.String()), named("a", "b")...)
			require.Len(t, rows, n-1, "%s at %d", name, at)
			require.Len(t, failures, 1, "%s at %d", name, at)
			require.ErrorContains(t, failures[0], fmt.Sprintf("line %d", at+2))
			require.False(t, IsFatal(failures[0]))
		}
	}
}

// Two lone quotes make a cell of many lines. If the line then has too many or too few columns, only the first is lost.
func TestTwoLoneQuotesCostTwoLines(t *testing.T) {
	text := "a,b\n1,y\n\"x,1\n" + strings.Repeat("2,y\n", 3000) + "3,\"z\n4,y\n"
	rows, failures := readLog(t, Format{}, testlog.Write(t, "x.csv", text), named("a", "b")...)
	require.Len(t, rows, 3002)
	require.Len(t, failures, 2)
	require.ErrorContains(t, failures[0], "line 3")
	require.ErrorContains(t, failures[1], "line 3004")

	text = "a,b\n1,\"two\nlines\"\n2,\"\n\"\"\n\"\n3,y\n"
	rows, failures = readLog(t, Format{}, testlog.Write(t, "x.csv", text), named("a", "b")...)
	require.Equal(t, [][]string{{"1", "two\nlines"}, {"2", "\n\"\n"}, {"3", "y"}}, rows)
	require.Empty(t, failures)
}

func TestARowIsNoHeader(t *testing.T) {
	columns := []string{"click", "site", "note"}
	for text, want := range map[string][][]string{
		"1,click,x\n0,b,y\n":              {{"1", "click"}, {"0", "b"}},
		"1,site,click\n":                  {{"1", "site"}},
		"click,site,note\n1,a,x\n":        {{"1", "a"}},
		"note,click,site\nx,1,a\n":        {{"1", "a"}}, // a header in another order
		"note,click,site,more\nx,1,a,y\n": {{"1", "a"}},
		"\ufeffclick,site,note\n1,a,x\n":  {{"1", "a"}},
	} {
		rows, failures := readLog(t, Format{Columns: columns}, testlog.Write(t, "x.csv", text), named("click", "site")...)
		require.Empty(t, failures, text)
		require.Equal(t, want, rows, text)
	}
	rows, failures := readLog(t, Format{Columns: columns}, testlog.Write(t, "x.csv", "1,site,x\n"), named("site")...)
	require.Empty(t, failures)
	require.Equal(t, [][]string{{"site"}}, rows, "also where the label is not asked for")
}

// What is no text, or would be read as something else, is an error and not another value.
func TestJSONThatWouldBeMerged(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":"\ud800"}`:                ErrText.Error(),
		`{"a":"\udc00\ud800"}`:          ErrText.Error(),
		`{"a":"x\ud83d\u0041"}`:         ErrText.Error(),
		`{"a":"\ud83d\\ude00"}`:         ErrText.Error(),
		`{"a":["x","\udfff"]}`:          ErrText.Error(),
		"{\"a\":\"\xff\"}":              ErrText.Error(),
		"{\"a\":\"\\t\xc3\\n\"}":        ErrText.Error(),
		"{\"a\":[\"\\t\xed\xa0\x80\"]}": ErrText.Error(),
		`{"a":"\u0000"}`:                ErrText.Error(),
		`{"a":[""]}`:                    "empty value",
		`{"a":[[""]]}`:                  "empty value",
		`{"a":[null,""]}`:               "empty value",
		`{"\ud800":1,"a":1}`:            ErrText.Error(),
	} {
		rows, failures := readLog(t, Format{}, testlog.Write(t, "x.jsonl", `{"a":"good"}`+"\n"+text+"\n"), Column{Name: "a"})
		require.Equal(t, [][]string{{"good"}}, rows, text)
		require.Len(t, failures, 1, text)
		require.ErrorContains(t, failures[0], want, text)
	}
	for text, want := range map[string]string{
		`{"a":"\ud83d\ude00"}`: "\U0001F600", `{"a":"\\ud800"}`: `\ud800`, `{"a":"\ufffd"}`: "\ufffd", `{"a":[null]}`: "", `{"a":[]}`: "",
		`{"a":[null,"x",null]}`: "x", `{"a":["","x"]}`: "|x", `{"a":["",""]}`: "|", "{\"a\":\"a\\tb\"}": "a\tb",
	} {
		rows, failures := readLog(t, Format{}, testlog.Write(t, "x.jsonl", text+"\n"), Column{Name: "a"})
		require.Empty(t, failures, text)
		require.Equal(t, [][]string{{want}}, rows, text)
	}
	rows, failures := readLog(t, Format{}, testlog.Write(t, "x.jsonl", `{"a\tb":"x","a":{"b\tc":"y"}}`+"\n"), Column{Name: "a\tb"}, Column{Name: "a.b\tc"})
	require.Empty(t, failures)
	require.Equal(t, [][]string{{"x", "y"}}, rows)
}

// Columns that nobody asks for may have any type.
func TestParquetWithColumnsThatCannotBeRead(t *testing.T) {
	type pair struct{ X, Y int64 }
	type row struct {
		Click int64            `parquet:"click"`
		Facts map[string]int64 `parquet:"facts"`
		Pairs []pair           `parquet:"pairs,list"`
		Tags  []string         `parquet:"tags,list"`
	}
	path := filepath.Join(t.TempDir(), "X.PARQUET")
	require.NoError(t, parquet.WriteFile(path, []row{{1, map[string]int64{"a": 1, "b": 2}, []pair{{1, 2}}, []string{"x", "y"}}, {Click: 0}}))
	require.Equal(t, "parquet", FormatOf(path))
	rows, failures := readLog(t, Format{}, path, named("click", "tags")...)
	require.Empty(t, failures)
	require.Equal(t, [][]string{{"1", "x|y"}, {"0", ""}}, rows)
	for _, name := range []string{"facts", "pairs"} {
		_, failures := readLog(t, Format{}, path, named("click", name)...)
		require.Len(t, failures, 1)
		require.ErrorContains(t, failures[0], name)
	}
	_, columns, err := FindColumns(t.Context(), Format{}, path)
	require.NoError(t, err)
	require.Equal(t, []Column{{Name: "click"}, {Name: "tags", Separator: "|"}}, columns)
}
