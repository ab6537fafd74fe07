package ui

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A run that goes on in the middle of an epoch, on a wide and on a narrow terminal.
func TestBarText(t *testing.T) {
	b := bar{unit: "samples", parts: 10_000, columns: 77, first: state{5000, 5000}}
	for _, c := range []struct {
		columns int
		done    int
		elapsed time.Duration
		want    string
	}{
		{77, 5000, time.Minute, "adamar epoch 1"},
		{77, 5100, 10 * time.Millisecond, "adamar epoch 1"},
		{77, 6000, 2 * time.Second, "adamar epoch 1, 500 samples/s, 8s left"},
		{57, 6000, 2 * time.Second, "adamar epoch 1, 500 samples/s, 8s left"},
		{40, 6000, 2 * time.Second, "adamar epoch 1, 8s left"},
		{30, 6000, 2 * time.Second, "adamar epoch 1"},
		{20, 6000, 2 * time.Second, "adamar "},
		{3, 6000, 2 * time.Second, ""},
	} {
		b.columns = c.columns
		got := b.text("adamar epoch 1", state{c.done, c.done}, c.elapsed)
		require.Equal(t, c.want, got)
		require.LessOrEqual(t, len(got)+widthOfShare+b.width(), max(c.columns, widthOfShare+narrowestBar))
	}
	unknown := bar{unit: "rows", parts: -1, columns: 77}
	require.Equal(t, "predicting, 100 rows, 50 rows/s", unknown.text("predicting, 100 rows", state{0, 100}, 2*time.Second))
}
