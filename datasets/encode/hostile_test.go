package encode

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/stretchr/testify/require"
)

// openText reads a log in memory.
func openText(t *testing.T, description, text string, o Options) (*datasets.Set, error) {
	t.Helper()
	s, err := schema.Parse([]byte(description))
	require.NoError(t, err)
	return Open(t.Context(), s, rawlog.Files{Train: []string{testlog.Write(t, "x.csv", text)}}, o)
}

// numbers is a log whose numbers are 0 to 199, and then some more.
func numbers(more ...string) string {
	var text strings.Builder
	text.WriteString("y,x\n")
	for i := range 200 {
		fmt.Fprintf(&text, "%d,%d\n", i%2, i)
	}
	for _, x := range more {
		fmt.Fprintf(&text, "1,%s\n", x)
	}
	return text.String()
}

// A number that is so large that the others vanish is reported, and one that cannot be computed with is an error.
func TestHugeNumbers(t *testing.T) {
	for _, scale := range []string{"standard", "log", "none"} {
		for _, huge := range []string{"1e30", "-1e30", "1e160", "-1e300", "1.7e308"} {
			var notes []string
			set, err := openText(t, "label: y\nfields: [{name: x, kind: numeric, scale: "+scale+"}]", numbers(huge), Options{OnNote: func(text string) { notes = append(notes, text) }})
			if err != nil {
				require.ErrorContains(t, err, `field "x"`)
				require.ErrorIs(t, err, errTooLarge)
				require.NotEqual(t, "log", scale)
				require.False(t, strings.HasSuffix(huge, "1e30"), "1e30 fits")
				continue
			}
			x := set.Encoding.Scales[0]
			require.NotZero(t, x.Multiplier)
			require.False(t, math.IsInf(x.Multiplier, 0) || math.IsNaN(x.Mean))
			require.Equal(t, scale != "none" && !(scale == "log" && strings.HasSuffix(huge, "1e30")), len(notes) == 1, "%s %s: %v", scale, huge, notes)
		}
	}
	_, err := openText(t, "label: y\nfields: [{name: x, kind: numeric}]", "y,x\n1,1.7e308\n0,-1.7e308\n", Options{})
	require.ErrorIs(t, err, errTooLarge, "even the difference does not fit")

	var notes []string
	note := func(text string) { notes = append(notes, text) }
	_, err = openText(t, "label: y\nfields: [{name: x, kind: numeric}]", "y,x\n1,5\n0,5\n", Options{OnNote: note})
	require.NoError(t, err)
	require.Equal(t, []string{`field "x": all of its numbers are 5`}, notes)
	notes = nil
	_, err = openText(t, "label: y\nfields: [{name: x, kind: numeric}]", numbers(), Options{OnNote: note})
	require.NoError(t, err)
	require.Empty(t, notes)
}

// What was not in the training part may not fit its scale.
func TestANumberThatDoesNotFitItsScale(t *testing.T) {
	set, err := openText(t, "label: y\nfields: [{name: x, kind: numeric}]", numbers(), Options{})
	require.NoError(t, err)
	for _, err := range ReadRows(t.Context(), set.Encoding, []string{testlog.Write(t, "p.csv", "x\n1\n1e300\n")}, RowOptions{}) {
		require.ErrorIs(t, err, errTooLarge)
	}
	r, err := NewRowEncoder(set.Encoding)
	require.NoError(t, err)
	_, err = r.Encode([]Cells{{Column: "x", Doubles: []float64{1, 1e300}}})
	require.ErrorIs(t, err, errTooLarge)
	require.ErrorContains(t, err, "sample 1")
}

// The days of a log whose times have zones begin where they begin there.
func TestADayOfATimeZone(t *testing.T) {
	for zone, want := range map[string]int{"+08:00": 24, "-08:00": 24, "+00:00": 24, "+05:30": 24, "+14:00": 24} {
		var text strings.Builder
		text.WriteString("y,a,t\n")
		for day := 1; day <= 3; day++ {
			for hour := range 24 {
				fmt.Fprintf(&text, "%d,v,2026-01-%02dT%02d:00:00%s\n", hour%2, day, hour, zone)
			}
		}
		set, err := openText(t, "label: y\nfields: [{name: a}]\nsplit: {by: time, column: t, layout: \"2006-01-02T15:04:05Z07:00\", test: 1d, valid: 1d}", text.String(), Options{})
		require.NoError(t, err)
		require.Equal(t, want, set.Test.Len(), zone)
		require.Equal(t, want, set.Valid.Len(), zone)
	}
}

func TestAListOfOneEmptyValueInMemory(t *testing.T) {
	set, err := openText(t, "label: y\nfields: [{name: a, kind: list, length: 2}]", "y,a\n1,x|y\n0,\n", Options{})
	require.NoError(t, err)
	r, err := NewRowEncoder(set.Encoding)
	require.NoError(t, err)
	_, err = r.Encode([]Cells{{Column: "a", Lists: [][]string{{""}}}})
	require.ErrorIs(t, err, errOneEmpty)
}

func TestNothingGivenIsAnError(t *testing.T) {
	set, err := openText(t, "label: y\nfields: [{name: a}]", "y,a\n1,x\n", Options{})
	require.NoError(t, err)
	var none context.Context
	_, err = Encode(none, Input{}, nil)
	require.Error(t, err)
	_, err = Encode(t.Context(), Input{}, &MemorySpool{})
	require.ErrorIs(t, err, schema.ErrInvalid)
	_, err = NewRowEncoder(nil)
	require.ErrorIs(t, err, schema.ErrInvalid)
	for _, x := range []*datasets.Encoding{nil, {}} {
		for _, err := range ReadRows(t.Context(), x, nil, RowOptions{}) {
			require.ErrorIs(t, err, schema.ErrInvalid)
		}
	}
	for _, err := range ReadRows(t.Context(), set.Encoding, nil, RowOptions{Size: -1}) {
		require.Error(t, err)
	}
	_, err = datasets.NewMemory(set.Train.Fields(), []int32{0}, nil, []float32{2})
	require.ErrorIs(t, err, schema.ErrLabel)
	_, err = datasets.NewMemory(set.Train.Fields(), []int32{0}, nil, []float32{float32(math.NaN())})
	require.ErrorIs(t, err, schema.ErrLabel)
}

// The samples of a log are compared with the memory that is left while they are read.
func TestALogThatIsTooLargeForMemory(t *testing.T) {
	s := MemorySpool{bytes: 1 << 50}
	err := s.add(&chunk{ids: make([]int32, 3)})
	require.ErrorIs(t, err, offheap.ErrTooLarge)
	require.ErrorContains(t, err, "prepare it")
}
