package schema

import (
	"io/fs"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/internal/fuzzing"
	"github.com/stretchr/testify/require"
)

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
		_, err := Parse([]byte(text))
		require.ErrorIs(t, err, ErrInvalid, text)
		require.ErrorContains(t, err, want)
	}
	_, err := Load("/nowhere/schema.yaml")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// The YAML library writes a tab, and a control character, in a way that it does not read.
func TestASchemaIsWhatItsTextSays(t *testing.T) {
	for _, separator := range []string{"", "|", ";", ",", " ", "\t", "\x01", "'", "#", "^"} {
		s := &Schema{
			Label: "y", Format: rawlog.Format{Delimiter: separator},
			Fields: []Field{{Name: "a", Kind: "list", Length: 2, Separator: separator}},
		}
		text, err := s.YAML()
		require.NoError(t, err)
		again, err := Parse(text)
		require.NoError(t, err, string(text))
		require.Equal(t, s, again)
	}
}

// A schema that is accepted is one, and encodes a log or says why not.
func FuzzSchema(f *testing.F) {
	f.Add(testlog.Schema)
	f.Add("label: y\nsplit: {by: share, valid: 0.1, test: 0.1}\nfields: [{name: a, min_count: 2}]")
	fuzzing.Fuzz(f, func(t *testing.T, text string) {
		s, err := Parse([]byte(text))
		if err != nil {
			require.ErrorIs(t, err, ErrInvalid)
			return
		}
		require.NoError(t, s.Check())
	})
}
