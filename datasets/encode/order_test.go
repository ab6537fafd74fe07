package encode

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/stretchr/testify/require"
)

func TestTheLastRowsAreTheTestPartByOrder(t *testing.T) {
	var text strings.Builder
	text.WriteString("y,a\n")
	for i := range 20 {
		fmt.Fprintf(&text, "%d,%d\n", i&1, i)
		if i == 3 {
			text.WriteString("bad,0\n") // counts for nothing
		}
	}
	path := testlog.Write(t, "log.csv", text.String())
	for _, c := range []struct {
		valid, test string
		rows        [3]int
	}{{"0.1", "0.25", [3]int{13, 2, 5}}, {"", "0.5", [3]int{10, 0, 10}}, {"0.5", "", [3]int{10, 10, 0}}, {"", "", [3]int{20, 0, 0}}} {
		s := &schema.Schema{Label: "y", Fields: []schema.Field{{Name: "a", Kind: "numeric", Scale: "none"}}, Split: &schema.Split{By: "order", Valid: c.valid, Test: c.test}}
		require.NoError(t, s.Check())
		e, err := Encode(t.Context(), Input{Schema: s, Files: rawlog.Files{Train: []string{path}}, Options: Options{SkipBadLines: 1}}, &MemorySpool{})
		require.NoError(t, err)
		require.Equal(t, c.rows, e.Rows)
	}
	s := &schema.Split{By: "order", Column: "a"}
	require.ErrorContains(t, (&schema.Schema{Label: "y", Fields: []schema.Field{{Name: "a"}}, Split: s}).Check(), "column: needed by time and by user")
}
