package ui

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"speed", "seed", 1}, {"kitten", "sitting", 3}, {"epoch", "epochs", 1}, {"abc", "abc", 0}, {"flaw", "lawn", 2}} {
		require.Equal(t, c.want, distance(c.a, c.b), c)
		require.Equal(t, c.want, distance(c.b, c.a), c)
	}
	require.True(t, isLike("batch", "batch-size"))
	require.True(t, isLike("learing-rate", "learning-rate"))
	require.False(t, isLike("x", "l2"))
	require.False(t, isLike("nothing", "on-touch"))
}
