package rawlog

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ctrzoo/ctrzoo/internal/fuzzing"
	"github.com/stretchr/testify/require"
)

// The fuzz targets look at parsers alone, without files, so that ten million texts take minutes. What they found and what
// widened their coverage is in testdata/fuzz.

// parse reads all records of a text. Every error must name the file, and all but the last a line.
func parse(t *testing.T, reader textReader, f Format, text string, columns ...string) (rows [][]string, failures []error) {
	t.Helper()
	take := func(r *Record, err error) bool {
		if err == nil {
			rows = append(rows, slices.Clone(r.Values))
			return true
		}
		var syntax *SyntaxError
		require.True(t, errors.As(err, &syntax), err)
		require.Equal(t, "x", syntax.Path)
		failures = append(failures, err)
		return true
	}
	if err := reader.read(f, newLines("x", strings.NewReader(text), 32), named(columns...), take); err != nil {
		take(nil, err)
	}
	for _, row := range rows {
		require.Len(t, row, len(columns))
		for _, value := range row {
			require.True(t, IsText(value), "%q", value)
		}
	}
	return rows, failures
}

// Where encoding/csv understands all of a text, our cells are the same.
func FuzzCSV(f *testing.F) {
	f.Add("a,b\n1,2\n", ",")
	f.Add("a,b\r\n\"x,\"\"\",2\n\n,\"two\nlines\"\n", ",")
	f.Add("a;b\n1;\"\n", ";")
	fuzzing.Fuzz(f, func(t *testing.T, text, delimiter string) {
		if len(delimiter) != 1 || !isDelimiter(delimiter[0]) {
			delimiter = ","
		}
		f := Format{Delimiter: delimiter, Columns: []string{"a", "b"}}
		rows, failures := parse(t, delimited{","}, f, text, "a", "b")

		std := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
		std.Comma, std.FieldsPerRecord = rune(delimiter[0]), 2
		want, err := std.ReadAll()
		if err != nil || len(want) == 0 || strings.ContainsAny(text, "\r\x00") || !utf8.ValidString(text) {
			return // encoding/csv takes the other characters as they come
		}
		if slices.Contains(want[0], "a") && slices.Contains(want[0], "b") { // else it is a row
			b := slices.Index(want[0], "b")
			for _, row := range want[1:] {
				row[0], row[1] = row[1-b], row[b]
			}
			want = want[1:]
		}
		require.Empty(t, failures)
		require.Equal(t, append([][]string{}, want...), append([][]string{}, rows...))
	})
}

// A line of an unquoted TSV is nothing but its cells.
func FuzzTSV(f *testing.F) {
	f.Add("1\t2\n\"\t'\n")
	f.Add("1\n\t\t\n\xff\t\x00\n")
	fuzzing.Fuzz(f, func(t *testing.T, text string) {
		f := Format{Unquoted: true, Columns: []string{"col a", "col b"}}
		rows, failures := parse(t, delimited{"\t"}, f, "1\t2\n"+text, "col b", "col a")
		var want [][]string
		bad := false
		for line := range strings.SplitSeq("1\t2\n"+text, "\n") {
			cells := strings.Split(strings.TrimSuffix(line, "\r"), "\t")
			switch {
			case len(cells) == 1 && cells[0] == "":
			case len(cells) != 2 || !IsText(line):
				bad = true
			default:
				want = append(want, []string{cells[1], cells[0]})
			}
		}
		require.Equal(t, bad, len(failures) > 0)
		require.Equal(t, want, rows)
	})
}

// What is accepted is JSON, and its cells are those of encoding/json.
func FuzzJSONLines(f *testing.F) {
	f.Add(`{"a": [1, ["x", null]], "b": {"c": 9007199254740993}}`)
	f.Add(`{"a":"\u00fc\"","b":{"c":true,"d":{}}}` + "\n" + `{"a":1,"a":2}`)
	f.Add(`{"a":"\ud800"}`)
	fuzzing.Fuzz(f, func(t *testing.T, text string) {
		rows, failures := parse(t, jsonLines{}, Format{}, text, "a", "b.c")
		if len(failures) > 0 || len(rows) != 1 {
			return
		}
		var object map[string]any
		d := json.NewDecoder(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
		d.UseNumber()
		require.NoError(t, d.Decode(&object))
		require.Equal(t, jsonCell(object["a"]), rows[0][0])
		if b, isObject := object["b"].(map[string]any); isObject {
			require.Equal(t, jsonCell(b["c"]), rows[0][1])
		}
	})
}

// jsonCell is a value as a cell, from what encoding/json made of it.
func jsonCell(v any) string {
	switch v := v.(type) {
	case json.Number:
		return v.String()
	case string:
		return v
	case bool:
		return map[bool]string{true: "1", false: "0"}[v]
	case []any:
		return strings.Join(jsonList(v), "|")
	}
	return ""
}

// jsonList lists the values of an array, and of arrays in it.
func jsonList(v []any) (items []string) {
	for _, item := range v {
		switch inner, isList := item.([]any); {
		case isList:
			items = append(items, jsonList(inner)...)
		case item != nil:
			items = append(items, jsonCell(item))
		}
	}
	return items
}

// Written again from its columns, a line of libsvm is the same line.
func FuzzLibsvm(f *testing.F) {
	f.Add("+1 3:1 16777217:1 # comment\n")
	f.Add("0 1:1 1:1\n-1\n1 2:0.5\n")
	fuzzing.Fuzz(f, func(t *testing.T, text string) {
		rows, _ := parse(t, libsvm{}, Format{}, text, libsvmLabel, libsvmFeatures)
		var again strings.Builder
		again.WriteString("\ufeff") // or the first label may be taken for one
		for _, row := range rows {
			io.WriteString(&again, row[0])
			for index := range strings.FieldsSeq(row[1]) {
				io.WriteString(&again, " "+index+":1")
			}
			io.WriteString(&again, "\n")
		}
		if len(rows) == 0 {
			return
		}
		twice, failures := parse(t, libsvm{}, Format{}, again.String(), libsvmLabel, libsvmFeatures)
		require.Empty(t, failures)
		require.Equal(t, rows, twice)
		parse(t, libsvm{}, Format{}, text, "1", "3")
		parse(t, libsvm{}, Format{Columns: []string{"y", "a"}}, text, "y", "a")
	})
}
