package encode

import (
	"math"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/internal/fuzzing"
	"github.com/stretchr/testify/require"
)

// Any cells of a sample become what the record of a log becomes, or an error where that has one.
func FuzzRowEncoder(f *testing.F) {
	x := learned(f)
	for _, seed := range [][6]string{
		{"s1", "1.5", "3000000000000000", "1000000000000000 0", "1700000000", "Mozilla (Windows) Chrome"},
		{"", "", "", "", "1.7e9", ""}, {"new", "-1e300", "ü", "  a  b c d e", "-1", "OPERA"}, {"\xff", "NaN", "\x00", " ", "99999999999999999", "x"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4], seed[5])
	}
	r, err := NewRowEncoder(x)
	require.NoError(f, err)
	e, err := learnedEncoder(x)
	require.NoError(f, err)
	fuzzing.Fuzz(f, func(t *testing.T, site, price, item, past, time, agent string) {
		values := []string{site, price, item, past, time, agent}
		var cells []Cells
		isText := true
		for i, c := range r.Columns() {
			cells = append(cells, Cells{Column: c.Name, Texts: []string{values[i]}})
			isText = isText && rawlog.IsText(values[i])
		}
		got, err := r.Encode(cells)
		b := newRowBuilder(e, RowOptions{})
		var want *Rows
		wantErr := b.add(&rawlog.Record{Values: values})
		if wantErr == nil {
			want, wantErr = b.take()
		}
		if !isText {
			require.Error(t, err)
			return
		}
		require.Equal(t, wantErr == nil, err == nil, "%v, %v", wantErr, err)
		if err != nil {
			return
		}
		require.Equal(t, want.IDs, got.IDs)
		require.Equal(t, bits(want.Numbers), bits(got.Numbers))
	})
}

func bits(list []float32) (out []uint32) {
	for _, x := range list {
		out = append(out, math.Float32bits(x))
	}
	return out
}

// Lists that are given as values become what their text becomes.
func FuzzRowEncoderLists(f *testing.F) {
	x := learned(f)
	f.Add("0 1000000000000000 new")
	f.Add("  a ")
	r, err := NewRowEncoder(x)
	require.NoError(f, err)
	fuzzing.Fuzz(f, func(t *testing.T, past string) {
		encode := func(c Cells) ([]int32, error) {
			c.Column = "past"
			cells := []Cells{{Column: "site", Texts: []string{""}}, {Column: "price", Floats: []float32{1}}, {Column: "item", Ints: []int64{1}},
				{Column: "time", Ints: []int64{1}}, {Column: "agent", Texts: []string{""}}, c}
			b, err := r.Encode(cells)
			if err != nil {
				return nil, err
			}
			return append([]int32{}, b.IDs...), nil
		}
		want, wantErr := encode(Cells{Texts: []string{past}})
		if past == "" {
			return // the empty list; a list of one empty value is refused
		}
		got, err := encode(Cells{Lists: [][]string{strings.Split(past, " ")}})
		require.Equal(t, wantErr == nil, err == nil)
		require.Equal(t, want, got)
	})
}
