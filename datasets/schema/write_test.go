package schema

import (
	"strconv"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/stretchr/testify/require"
)

// awkward lists texts that YAML takes for something else than a text, or that a writer may not quote.
func awkward() []string {
	list := []string{
		"|", ";", ",", " ", "  ", "\t", "\r", "\n", "\r\n", "\x01", "\x1b", "\x7f", "\a", "\v", "\u0085", "\u00a0", "\u2028", "\ufeff", "\\", "\\t",
		"'", `"`, "#", "^", "~", "null", "Null", "true", "yes", "on", ".inf", "-.inf", ".Inf", "+.inf", ".nan", ".NaN", "0x1", "0o7", "0b1", "1_000", "1e3",
		".5", "1.", "+1", "007", "1:30", "2020-01-01", "!", "!!str", "&a", "*a", "%", "@", "`", "{", "[", "]", "?", ": ", "- ", "--", "---", "...", "=", "<<",
		"a\tb", "a b ", " a", "a: b", "x #y", "a,b", "é", "\U0001F600", "{{.}}", "a\nb", "a\\",
	}
	for c := range 256 { // every byte, as a character
		list = append(list, string(rune(c)))
	}
	return list
}

func TestASchemaSurvivesBeingWritten(t *testing.T) {
	for _, text := range awkward() {
		if !rawlog.IsText(text) {
			continue
		}
		s := &Schema{
			Label:  "y" + text,
			Format: rawlog.Format{Columns: []string{"y" + text, text, "the list", "the number"}},
			Fields: []Field{
				{Name: "f" + text, Column: text}, {Name: text, Bins: []float64{}},
				{Name: "the list", Kind: "list", Length: 2, Separator: text}, {Name: "the number", Kind: "numeric"},
			},
			Split: &Split{By: "user", Column: text, Test: "0.1"},
		}
		for name, write := range map[string]func() ([]byte, error){"YAML": s.YAML, "JSON": s.JSON} {
			written, err := write()
			require.NoError(t, err, "%s %s", name, strconv.Quote(text))
			again, err := Parse(written)
			require.NoError(t, err, string(written))
			require.Equal(t, s.withoutEmpty(), again)
		}
	}
}
