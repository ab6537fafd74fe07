package ranks_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/ctrzoo/ctrzoo/solvers/internal/fake"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/stretchr/testify/require"
)

func TestGroup(t *testing.T) {
	for _, size := range []int{1, 2, 3, 4} {
		errs := fake.OnRanks(size, func(r *ranks.Group) error {
			for n := range 9 { // also fewer values than ranks
				x, want := make([]float32, n), make([]float32, n)
				for i := range x {
					x[i] = float32(i) + 1/float32(3+r.Rank())
					want[i] = float32(i) + 1/float32(3)
					for rank := 1; rank < size; rank++ {
						want[i] += float32(i) + 1/float32(3+rank)
					}
				}
				if err := r.Sum(x); err != nil {
					return err
				}
				texts, err := r.Gather(fmt.Appendf(nil, "%0*d", n, r.Rank()))
				if err != nil {
					return err
				}
				for rank, text := range texts {
					if string(text) != fmt.Sprintf("%0*d", n, rank) {
						return fmt.Errorf("rank %d has %q of rank %d", r.Rank(), text, rank)
					}
				}
				numbers, err := r.GatherNumbers([]float64{float64(r.Rank()), float64(n)})
				if err != nil {
					return err
				}
				for i, v := range numbers {
					if want := []float64{float64(i / 2), float64(n)}[i%2]; v != want {
						return fmt.Errorf("number %d is %v, want %v", i, v, want)
					}
				}
				if fmt.Sprint(x) != fmt.Sprint(want) {
					return fmt.Errorf("rank %d has the sum %v, want %v", r.Rank(), x, want)
				}
			}
			return nil
		})
		require.NoError(t, errors.Join(errs...))
	}
}

func TestAgree(t *testing.T) {
	cause, same := errors.New("it broke"), errors.New("on all")
	for rank, err := range fake.OnRanks(3, func(r *ranks.Group) error {
		if r.Rank() == 1 {
			return r.Agree(fmt.Errorf("here: %w", cause))
		}
		return r.Agree(nil)
	}) {
		var agreed *ranks.Error
		require.ErrorAs(t, err, &agreed)
		require.EqualError(t, err, "rank 1: here: it broke")
		require.Equal(t, rank == 1, errors.Is(err, cause), "the others know only the text")
	}
	for _, err := range fake.OnRanks(3, func(r *ranks.Group) error { return r.Agree(same) }) {
		require.EqualError(t, err, "on all")
		require.ErrorIs(t, err, same)
	}
	require.NoError(t, errors.Join(fake.OnRanks(3, func(r *ranks.Group) error { return r.Agree(nil) })...))
	require.Equal(t, cause, fake.OnRanks(1, func(r *ranks.Group) error { return r.Agree(cause) })[0])
}

func TestPiecesOfTheWrongLengthAreAnError(t *testing.T) {
	for _, err := range fake.OnRanks(2, func(r *ranks.Group) error {
		one, two := make([]byte, 1), make([]byte, 2)
		return r.Exchange([][]byte{one, one}, [][]byte{two, two})
	}) {
		require.ErrorContains(t, err, "sent 1 bytes")
	}
}
