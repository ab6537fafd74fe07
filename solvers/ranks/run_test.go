package ranks_test

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/stretchr/testify/require"
)

func TestRunConnectsRanks(t *testing.T) {
	var sum atomic.Int64
	require.NoError(t, ranks.Run(3, func(c ranks.Comm) error {
		x := []float32{float32(c.Rank() + 1)}
		err := ranks.NewGroup(c).Sum(x)
		sum.Add(int64(x[0]))
		return err
	}))
	require.EqualValues(t, 3*(1+2+3), sum.Load())
}

// A rank that fails, at once or between two exchanges, ends the others, which wait for it.
func TestARankThatFailsEndsTheOthers(t *testing.T) {
	failure := errors.New("out of memory")
	for _, after := range []int{0, 1, 5} {
		var ended atomic.Int64
		err := ranks.Run(4, func(c ranks.Comm) error {
			group := ranks.NewGroup(c)
			for i := 0; ; i++ {
				if c.Rank() == 2 && i == after {
					return failure
				}
				if err := group.Sum(make([]float32, 10)); err != nil {
					require.ErrorIs(t, err, ranks.ErrEnded)
					ended.Add(1)
					return err
				}
			}
		})
		require.Equal(t, failure, err)
		require.EqualValues(t, 3, ended.Load())
	}
}

func TestAPanicOfARankIsOneOfTheCaller(t *testing.T) {
	require.PanicsWithValue(t, "broken", func() {
		_ = ranks.Run(2, func(c ranks.Comm) error {
			if c.Rank() == 1 {
				panic("broken")
			}
			return ranks.NewGroup(c).Sum(make([]float32, 1))
		})
	})
}
