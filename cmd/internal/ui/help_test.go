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

func TestReflowed(t *testing.T) {
	text := "One two three\nfour five.\n\n  zoo train --rows 3\n\nSix."
	require.Equal(t, text, reflowed(text, 80))
	require.Equal(t, "One two\nthree\nfour\nfive.\n\n  zoo train --rows 3\n\nSix.", reflowed(text, 10))
}
