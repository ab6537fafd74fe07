package drift

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/stretchr/testify/require"
)

// read reads a log to memory while a day counts it.
func read(t *testing.T, s *schema.Schema, d *Day, path string) *encode.Input {
	t.Helper()
	l, err := rawlog.Open(s.Format, []string{path})
	require.NoError(t, err)
	for _, err := range d.Tap(l)(t.Context(), []rawlog.Column{{Name: "click"}}, nil) {
		require.NoError(t, err)
	}
	return &encode.Input{Schema: s, Files: rawlog.Files{Train: []string{path}}}
}

// The small log has a field of every kind. Its figures are counted by hand.
func TestADayCountsWhatTheEncoderReads(t *testing.T) {
	s, err := schema.Parse([]byte(testlog.Schema))
	require.NoError(t, err)
	path := testlog.Write(t, "train.csv", testlog.Train)
	d := NewDay(s, nil)
	set, err := read(t, s, d, path).Open(t.Context())
	require.NoError(t, err)

	d = NewDay(s, Known(set.Encoding))
	read(t, s, d, path)
	fields := d.Counts().Fields
	require.Equal(t, "site", fields[0].Name)
	require.Equal(t, []int{3, 1}, []int{fields[0].Known, fields[0].Unknown}, "b has no row, by min_count")
	require.Equal(t, []int{4, 0}, []int{fields[1].Known, fields[1].Unknown}, "weekdays")
	require.Equal(t, 1, fields[2].Numbers.Empty)
	require.Len(t, fields[2].Numbers.Cells, 3)
	require.Nil(t, fields[2].Buckets)
	require.Equal(t, []int{4, 0}, []int{fields[3].Known, fields[3].Unknown}, "items")
	require.Equal(t, 4, fields[4].Known+fields[4].Unknown, "the lists have 0, 1, 2 and 1 items, the third one of 3")
	require.Zero(t, fields[4].Unknown, "i3 is in a list only, but has a row")
	require.InDelta(t, 1.0/16, d.Counts().UnknownShare(), 1e-12)

	test := NewDay(s, Known(set.Encoding))
	read(t, s, test, testlog.Write(t, "test.csv", testlog.Test+"a,1,2026-01-05 00:00,no number,i1,\n"))
	require.Equal(t, 1, test.Counts().Fields[2].Numbers.Cells[orderedBits(4)])
	require.Len(t, test.Counts().Fields[2].Numbers.Cells, 2, "what is no number is not counted")
}

// The tap shows a reader the records that it would see without it.
func TestTheTapChangesNothing(t *testing.T) {
	s, err := schema.Parse([]byte(testlog.Schema))
	require.NoError(t, err)
	l, err := rawlog.Open(s.Format, []string{testlog.Write(t, "train.csv", testlog.Train+"1,x\n")})
	require.NoError(t, err)
	columns := []rawlog.Column{{Name: "item"}, {Name: "click"}}
	records := func(l rawlog.Log) (all []string) {
		for r, err := range l(t.Context(), columns, nil) {
			if err != nil {
				all = append(all, err.Error())
				continue
			}
			all = append(all, fmt.Sprint(r.Line, r.Values, r.Path))
		}
		return all
	}
	want := records(l)
	require.Len(t, want, 5)
	require.Equal(t, want, records(NewDay(s, nil).Tap(l)))
}

// twoFields is a schema of a value and a number.
func twoFields(t testing.TB) *schema.Schema {
	t.Helper()
	s, err := schema.Parse([]byte("{label: y, fields: [{name: site}, {name: price, kind: numeric}]}"))
	require.NoError(t, err)
	return s
}

// dayOf has values v0, v1, ... as often as the counts say, and numbers of a mean.
func dayOf(s *schema.Schema, mean float64, counts ...int) *Counts {
	d := NewDay(s, func(_ int, value string) bool { return value != "v0" })
	for i, n := range counts {
		d.Add(0, fmt.Sprintf("v%d", i), n)
	}
	for i := range 100 {
		d.AddNumber(1, mean+float64(i))
	}
	return d.Counts()
}

func TestAWindowHasTheLastSevenDays(t *testing.T) {
	s, w := twoFields(t), &Window{}
	figures, err := w.Compare(dayOf(s, 0, 10, 20))
	require.NoError(t, err)
	require.True(t, math.IsNaN(figures[0].PSI), "there is no day before")
	require.InDelta(t, 1.0/3, figures[0].Unknown, 1e-12)
	require.True(t, math.IsNaN(figures[1].Unknown), "a number is never unknown")

	w.Add(dayOf(s, 1000, 1_000_000)) // which is gone after seven more
	for range 7 {
		w.Add(dayOf(s, 0, 10, 20, 30))
	}
	require.Len(t, w.Days, 7)
	figures, err = w.Compare(dayOf(s, 0, 20, 20, 20))
	require.NoError(t, err)
	require.InDelta(t, PSI([]int{70, 140, 210}, []int{20, 20, 20}), figures[0].PSI, 1e-12)
	require.Zero(t, figures[1].PSI)
	figures, err = w.Compare(dayOf(s, 50, 10, 20, 30))
	require.NoError(t, err)
	require.Greater(t, figures[1].PSI, 0.25, "the numbers moved")
}

// A window that was written and read goes on as one that was not, to the byte.
func TestAWindowAsJSON(t *testing.T) {
	s, w, again := twoFields(t), &Window{}, &Window{}
	for day := range 10 {
		counts := dayOf(s, float64(day), day, 2*day, 300)
		a, err := w.Compare(counts)
		require.NoError(t, err)
		b, err := again.Compare(counts)
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(a), fmt.Sprint(b)) // as text NaN is equal to itself
		w.Add(counts)
		again.Add(counts)
		text, err := json.Marshal(w)
		require.NoError(t, err)
		require.Less(t, len(text), 7*2*3000)
		again = &Window{}
		require.NoError(t, json.Unmarshal(text, again))
		same, err := json.Marshal(again)
		require.NoError(t, err)
		require.Equal(t, string(text), string(same))
	}
}

func TestAWindowRefusesOtherFields(t *testing.T) {
	s := twoFields(t)
	for name, days := range map[string]string{
		"another number of fields": `{"days": [{"fields": []}]}`,
		"another name":             `{"days": [{"fields": [{"name": "x", "buckets": [1]}, {"name": "price", "numbers": {}}]}]}`,
		"too few buckets":          `{"days": [{"fields": [{"name": "site", "buckets": [1]}, {"name": "price", "numbers": {}}]}]}`,
		"no numbers":               `{"days": [{"fields": [{"name": "site", "buckets": []}, {"name": "price"}]}]}`,
	} {
		var w Window
		require.NoError(t, json.Unmarshal([]byte(days), &w))
		_, err := w.Compare(dayOf(s, 0, 1))
		require.ErrorIs(t, err, ErrFields, name)
	}
	w := Window{Days: []Counts{*dayOf(s, 0, 1)}}
	w.Days[0].Fields[1].Numbers.Shift = -1
	_, err := w.Compare(dayOf(s, 0, 1))
	require.ErrorIs(t, err, ErrFields)
}
