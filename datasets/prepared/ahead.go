package prepared

import (
	"context"
	"iter"
)

// ahead runs a sequence in the background, one value ahead of the loop over it: a value stays
// valid until the loop asks for the next one, if the sequence uses two buffers in turn. When the
// context or the loop ends, the sequence ends before its next value.
func ahead[T any](ctx context.Context, sequence iter.Seq2[T, error]) iter.Seq2[T, error] {
	type item struct {
		value T
		err   error
	}
	return func(yield func(T, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		items := make(chan item)
		go func() {
			defer close(items)
			for value, err := range sequence {
				select {
				case items <- item{value, err}:
				case <-ctx.Done():
					return
				}
			}
		}()
		defer func() {
			stop()
			for range items { // until the background has ended
			}
		}()
		for i := range items {
			if !yield(i.value, i.err) {
				return
			}
		}
	}
}
