package chart

import (
	"bytes"
	"html/template"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNamedTicksAreFewAndInTheRange(t *testing.T) {
	names := NamedTicks{"a", "b", "c", "d", "e", "f", "g", "h", "i"}
	var got []string
	for _, tick := range names.Ticks(0, 8) {
		require.Equal(t, tick.Label, names[int(tick.Value)])
		got = append(got, tick.Label)
	}
	require.Equal(t, []string{"a", "d", "g"}, got)
	require.Len(t, names.Ticks(3, 3), 1)
	require.Len(t, NamedTicks{"a", "b"}.Ticks(0, 1), 2)
	require.Empty(t, NamedTicks{}.Ticks(0, 1))
}

func TestWhatIsNoNumberIsLeftOut(t *testing.T) {
	c := New("title", "x", "y")
	line, err := c.Line(Series{X: []float64{1, 2}, Y: []float64{math.NaN(), math.Inf(1)}})
	require.NoError(t, err)
	require.Nil(t, line)
	line, err = c.Line(Series{X: []float64{1, 2, 3}, Y: []float64{1, math.NaN(), 3}})
	require.NoError(t, err)
	require.Len(t, line.XYs, 2)
}

func TestAPageHasFigures(t *testing.T) {
	svg, err := Lines(`a "title"`, "x", "y", []Series{{X: []float64{1, 2}, Y: []float64{3, 4}}})
	require.NoError(t, err)
	page := template.Must(Page(`<head>{{template "head"}}</head>{{template "figures" .}}`))
	var out bytes.Buffer
	require.NoError(t, page.Execute(&out, []Figure{{"caption", svg, []Legend{NewLegend("name", 9)}}}))
	require.Equal(t, 1, strings.Count(out.String(), `<svg role="img" aria-label="a &#34;title&#34;"`))
	require.Contains(t, out.String(), `<i style="background:#e69f00"></i>name`, "the colours come again after eight")
	_, err = Page("{{")
	require.Error(t, err)
}
