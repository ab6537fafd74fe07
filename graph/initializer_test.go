package graph

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestInitializersAreRead(t *testing.T) {
	draw := func(init Initializer) []float32 {
		values := []float32{9, 9, 9, 9}
		init(values, rand.New(rand.NewPCG(1, 2)))
		return values
	}
	for text, want := range map[string]Initializer{"normal:0.5": Normal(0.5), "uniform:2": Uniform(2), "zeros": Zeros()} {
		got, err := ParseInitializer(text)
		require.NoError(t, err)
		require.Equal(t, draw(want), draw(got), text)
	}
	for _, text := range []string{"", "zeros:1", "normal", "normal:0", "normal:-1", "normal:NaN", "uniform:1e6", "gauss:1"} {
		_, err := ParseInitializer(text)
		require.ErrorIs(t, err, ErrInitializer, text)
	}
}
