package pass

import (
	"iter"
	"math/rand/v2"
)

// Order returns 0 .. n-1, shuffled if there is a generator.
func Order(n int, shuffle *rand.Rand) []int32 {
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	if shuffle != nil {
		shuffle.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	return order
}

// Failed returns a pass that ends at once with an error.
func Failed[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		yield(none, err)
	}
}

// Padded returns a pass of at least n batches: after the given ones it repeats an empty one.
func Padded[T any](batches iter.Seq2[T, error], n int, empty T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for b, err := range batches {
			if n--; !yield(b, err) || err != nil {
				return
			}
		}
		for ; n > 0; n-- {
			if !yield(empty, nil) {
				return
			}
		}
	}
}

// Batches returns how many batches of a size some samples make.
func Batches(samples, size int) int { return (samples + size - 1) / size }
