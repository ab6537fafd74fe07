package known

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/internal/fuzzing"
	"github.com/stretchr/testify/require"
)

func TestPythonLiterals(t *testing.T) {
	for text, want := range map[string]string{
		`{'a': [1, 2.5, -3e2, (), (4,)], "b": {}}`: `{"a": [1, 2.5, -300, [], [4]], "b": {}}`,
		`[True, False, None, 12L]`:                 `[true, false, null, 12]`,
		`'it\'s "\\" \x41\u00e9\U0001F600\n' `:     `"it's \"\\\" Aé😀\n"`,
		`[u'x', "y", '\d', 'a\` + "\n" + `b']`:     `["x", "y", "\\d", "ab"]`,
		" {\n'k' :\t'v' ,\r\n} ":                   `{"k": "v"}`,
	} {
		got, err := parsePython(text)
		require.NoError(t, err, text)
		written, err := json.Marshal(got)
		require.NoError(t, err)
		require.JSONEq(t, want, string(written), text)
	}
}

func TestBadPythonLiterals(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "byte 1: the text ends too early",
		"{'a': 1":                "byte 8: the text ends too early",
		"{'a' 1}":                "byte 6: want a colon",
		"{1: 2}":                 "byte 3: a key that is no string",
		"[1 2]":                  `byte 4: want a comma or ']'`,
		"[1] x":                  "byte 5: something follows",
		"'a":                     "the text ends too early",
		`'\x4`:                   "the text ends too early",
		`'\u12G4'`:               `bad escape \u12G4`,
		`'\ud800'`:               `bad escape \ud800`,
		"nan2":                   `byte 1: unknown word "nan2"`,
		"@":                      `byte 1: unexpected '@'`,
		strings.Repeat("[", 200): "more than 100 literals in each other",
	} {
		_, err := parsePython(text)
		require.ErrorContains(t, err, want, text)
	}
}

func FuzzPythonLiteral(f *testing.F) {
	for _, seed := range []string{`{'asin': 'a', 'categories': [['b', u'c\x41']], 'price': 1.5}`, `(1, True, None, "x\n")`, "[[["} {
		f.Add(seed)
	}
	fuzzing.Fuzz(f, func(t *testing.T, text string) {
		v, err := parsePython(text)
		if err != nil {
			return
		}
		if _, err := json.Marshal(v); err != nil && !strings.Contains(err.Error(), "unsupported value") { // infinite numbers
			t.Fatalf("%q: %v", text, err)
		}
	})
}
