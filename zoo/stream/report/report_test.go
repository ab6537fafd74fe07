package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// recorded are days as a stream prints them; the first has no test, since there is no model before it.
func recorded(days int, auc float64) string {
	var b strings.Builder
	b.WriteString(`{"day":"2026-01-01","rows_alive":1000,"rows_new":1000,"rows_evicted":0,"rows_returned":0,"unknown_share":null,` +
		`"memory_bytes":5000000,"seconds":1.5,"future":[1]}` + "\n\n")
	for d := 2; d <= days; d++ {
		fmt.Fprintf(&b, `{"day":"2026-01-%02d","test_auc":%v,"test_logloss":0.41,"test_calibration":1.02,"rows_alive":%d,"rows_new":300,`+
			`"rows_evicted":200,"rows_returned":3,"unknown_share":0.0712,"memory_bytes":6000000,"seconds":1.25,`+
			`"psi":{"item":%v,"site":0.01,"hour":null}}`+"\n", d, auc+float64(d)/1000, 1000+d, float64(d)/10)
	}
	return b.String()
}

// streamOf reads recorded days.
func streamOf(t *testing.T, name, text string) Stream {
	t.Helper()
	days, err := ReadDays(strings.NewReader(text))
	require.NoError(t, err)
	return Stream{name, days}
}

// htmlOf is the page of some streams.
func htmlOf(t *testing.T, streams ...Stream) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, WriteHTML(&b, streams...))
	return b.String()
}

func TestThePageOfAStream(t *testing.T) {
	s := streamOf(t, "adamar", recorded(10, 0.7))
	require.Nil(t, s.Days[0].TestAUC)
	best, err := ReadDays(strings.NewReader(`{"day":"2026-01-09","rows":5,"best_auc":0.81}` + "\n" + `{"day":"2026-01-10","best_auc":0.83}`))
	require.NoError(t, err)
	s.AddBest(best)
	html := htmlOf(t, s)
	require.Equal(t, html, htmlOf(t, s), "the same days give the same bytes")
	require.Equal(t, 11, strings.Count(html, "<figure>"), "ten quantities, and PSI")
	require.Equal(t, 11, strings.Count(html, `<svg role="img" aria-label="`))
	require.Contains(t, html, `aria-label="test AUC, before the day is trained, by day"`)
	for _, name := range []string{"best possible", "item", "site"} {
		require.Contains(t, html, "</i>"+name+"</li>")
	}
	require.NotContains(t, html, "</i>hour</li>", "it has no values")
	require.Contains(t, html, `<th scope="row">adamar</th><td>10</td><td>0.7060</td><td>0.7070</td><td>0.8200</td><td>0.4100</td><td>1010</td><td>6.0</td>`)
	require.Contains(t, html, `<th scope="row">2026-01-01</th><td></td><td></td><td></td><td></td><td>1000</td>`)
	require.Contains(t, html, `<th scope="row">2026-01-10</th><td>0.7100</td><td>0.8300</td><td>0.4100</td><td>1.020</td><td>1010</td><td>300</td>`+
		`<td>200</td><td>3</td><td>7.12 %</td><td>item 1.000</td><td>6.0</td><td>1.2</td>`)
}

// The page needs nothing but itself, and is made for small screens too.
func TestThePageIsSelfContained(t *testing.T) {
	html := htmlOf(t, streamOf(t, "adamar", recorded(10, 0.7)))
	for _, remote := range []string{"src=", "@import", "<script", `<link rel="stylesheet`, "url("} {
		require.NotContains(t, html, remote)
	}
	require.Contains(t, html, `<meta name="viewport" content="width=device-width, initial-scale=1">`)
	require.NotContains(t, html, "#000000", "black is the colour of the text")
	require.Equal(t, strings.Count(html, "<table>"), strings.Count(html, `<div class="scroll" tabindex="0" role="region" aria-label="`))
	require.Equal(t, 1, strings.Count(html, "<h1>"))
}

func TestStreamsAreComparedByDay(t *testing.T) {
	short := streamOf(t, "adam", recorded(3, 0.6))
	html := htmlOf(t, streamOf(t, "adamar", recorded(10, 0.7)), short)
	require.Equal(t, 11, strings.Count(html, "<figure>"), "each quantity has the lines of both")
	require.Equal(t, 10, strings.Count(html, "</i>adam</li>"))
	require.Equal(t, 10, strings.Count(html, "</i>adamar</li>"))
	names, at := dayNames([]Stream{{Days: []Day{{Day: "b"}, {Day: "c"}}}, {Days: []Day{{Day: "a"}, {Day: "b"}}}})
	require.Equal(t, []string{"a", "b", "c"}, names)
	line := curve([]Day{{Day: "c", RowsAlive: ptr(3000)}, {Day: "a"}}, at, alive.of)
	require.Equal(t, []float64{2}, line.X)
	require.Equal(t, []float64{3}, line.Y)
}

// The figures by hour are means over the days that have the hour; without hours there are none.
func TestFiguresByHour(t *testing.T) {
	s := streamOf(t, "adamar", `{"day":"a","rows_alive":1}
{"day":"b","rows_alive":1,"hours":[{"hour":0,"samples":3,"test_auc":0.5,"test_logloss":0.3},{"hour":23,"test_logloss":0.5}]}
{"day":"c","rows_alive":1,"hours":[{"hour":0,"test_auc":0.7,"test_logloss":0.4,"test_calibration":1.1}]}`)
	line := hourCurve(s.Days, hourly[0].of)
	require.Equal(t, []float64{0}, line.X, "hour 23 has no AUC")
	require.InDelta(t, 0.6, line.Y[0], 1e-12)
	line = hourCurve(s.Days, hourly[1].of)
	require.Equal(t, []float64{0, 23}, line.X)
	require.InDeltaSlice(t, []float64{0.35, 0.5}, line.Y, 1e-12)
	html := htmlOf(t, s)
	for _, q := range hourly {
		require.Contains(t, html, `aria-label="`+q.caption+`"`)
	}
	require.Equal(t, 4, strings.Count(html, "<figure>"))
}

func ptr(x float64) *float64 { return &x }

// A name is text, not a part of the page.
func TestNamesAreEscaped(t *testing.T) {
	html := htmlOf(t, streamOf(t, `<b>"x"`, `{"day":"<i>","rows_alive":1,"psi":{"<u>":0.1}}`))
	for _, tag := range []string{"<b>", "<i>", "<u>"} {
		require.NotContains(t, html, tag)
	}
}

func TestAPageWithoutDays(t *testing.T) {
	require.NotContains(t, htmlOf(t), "<figure>")
	require.NotContains(t, htmlOf(t, Stream{Name: "new"}), "<figure>")
}

func TestTheOverview(t *testing.T) {
	var a, b bytes.Buffer
	streams := []Stream{streamOf(t, "adamar", recorded(10, 0.7)), streamOf(t, "adam", recorded(10, 0.6))}
	require.NoError(t, WriteSVG(&a, streams...))
	require.NoError(t, WriteSVG(&b, streams...))
	require.Equal(t, a.String(), b.String())
	for _, text := range []string{"test AUC, before the day is trained", "rows alive", "adamar", "2026-01-01"} {
		require.Contains(t, a.String(), text)
	}
	for d := xml.NewDecoder(&a); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
	}
	require.NoError(t, WriteSVG(io.Discard, Stream{}))
}

func TestReadDaysNamesTheLine(t *testing.T) {
	_, err := ReadDays(strings.NewReader("{}\n{\"day\": 1}\n"))
	require.ErrorContains(t, err, "line 2 of the days")
}
