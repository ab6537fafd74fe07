package encode

import (
	"math"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/stretchr/testify/require"
)

func TestLogSquare(t *testing.T) {
	c := NewCellReader(&schema.Field{Name: "I1", Derive: "log_square"})
	// log(x)**2 of Python, cut
	for cell, want := range map[string]string{
		"": "", "-9": "=-9", "-2": "=-2", "0": "=0", "1": "=1", "2": "=2", "3": "1", "4": "1", "5": "2", "181": "27", "1382": "52",
		"23159456": "287", "1.5": "=1", "2.5": "0",
	} {
		got, err := c.Value(cell)
		require.NoError(t, err)
		require.Equal(t, want, got, cell)
	}
	_, err := c.Value("many")
	require.ErrorIs(t, err, schema.ErrNumber)
	require.Equal(t, "=-1000000000000000000000", logSquare(-1e21))
	require.Equal(t, "503791", logSquare(math.MaxFloat64))
}
