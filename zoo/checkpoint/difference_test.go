package checkpoint

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDifference(t *testing.T) {
	for _, c := range []struct{ a, b, left, right string }{
		{`3`, `4`, `3`, `4`},
		{`"Adam()"`, `"AdamW()"`, `"Adam()"`, `"AdamW()"`},
		{`{"x":1,"y":2}`, `{"x":1,"y":3}`, `{"y":2}`, `{"y":3}`},
		{`{"type":"dnn","settings":{"Dim":8,"Rate":1}}`, `{"type":"dnn","settings":{"Dim":9,"Rate":1}}`, `{"settings":{"Dim":8}}`, `{"settings":{"Dim":9}}`},
		{`[{"Name":"a","Rows":1},{"Name":"b","Rows":2,"Kind":0}]`, `[{"Name":"a","Rows":1},{"Name":"b","Rows":3,"Kind":0}]`, `[{"Name":"b","Rows":2}]`, `[{"Name":"b","Rows":3}]`},
		{`[{"Name":"a"}]`, `[{"Name":"a"},{"Name":"c","Rows":1}]`, `[]`, `[{"Name":"c","Rows":1}]`},
		{`[{"Name":"a"},{"Name":"b"}]`, `[{"Name":"b"},{"Name":"a"}]`, `["a","b"]`, `["b","a"]`},
		{`[1,2]`, `[1,3]`, `[1,2]`, `[1,3]`},
		{`null`, `{"samples":3}`, `null`, `{"samples":3}`},
	} {
		left, right := difference(c.a, c.b)
		require.Equal(t, c.left, left)
		require.Equal(t, c.right, right)
	}
	long, _ := difference(`"`+strings.Repeat("ä", 1000)+`"`, `""`)
	require.Len(t, []rune(long), 303)
}
