package datasets

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
)

// ErrDivide is wrapped by the error of a source that cannot be divided between the ranks of a job.
var ErrDivide = errors.New("datasets: cannot be divided")

// Share is what one of several ranks reads of a source. All ranks see the same number of batches, of which
// some may have no samples; Fields and Len are those of the whole.
//
// Batches, given the size of the whole job's batch and the same generator on every rank, gives the
// rank's share, at most size/ranks samples of each. Of a source in memory these are slices of the very
// batches that one process would see: samples rank*size/ranks and on. Of row groups every rank reads groups
// of its own, which it shuffles within; it takes no less than one.
//
// Whole gives a rank whole batches of size samples, one run of them after those of the rank before, in the
// order of the data: for evaluation, whose results are then joined in the order of the ranks. Of row
// groups it is whole groups, cut into batches anew.
type Share interface {
	Source
	// Check is the error, which wraps ErrDivide, that Batches of this size would give; nil if none.
	Check(size int) error
	// Whole goes through the rank's run of the samples.
	Whole(ctx context.Context, size int) iter.Seq2[*Batch, error]
}

// Divide gives a rank its share of a source: rank in [0, ranks). It fails with ErrDivide if the source is
// neither a Memory nor a RowGroups.
func Divide(s Source, rank, ranks int) (Share, error) {
	if ranks < 1 || rank < 0 || rank >= ranks {
		return nil, fmt.Errorf("%w: rank %d of %d", ErrDivide, rank, ranks)
	}
	switch s := s.(type) {
	case *Memory:
		return &memoryShare{s, rank, ranks}, nil
	case *RowGroups:
		return &rowGroupsShare{s, rank, ranks}, nil
	}
	return nil, fmt.Errorf("%w: a source of type %T", ErrDivide, s)
}

// checkSize finds a batch of the job that has no equal parts.
func checkSize(size, ranks int) error {
	if size < 1 || size%ranks != 0 {
		return fmt.Errorf("%w: batches of %d samples between %d ranks: the size must be a multiple of the ranks", ErrDivide, size, ranks)
	}
	return nil
}

// padded gives no less than n batches: empty ones follow.
func padded(batches iter.Seq2[*Batch, error], n int) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		for b, err := range batches {
			if n--; !yield(b, err) || err != nil {
				return
			}
		}
		for ; n > 0; n-- {
			if !yield(&Batch{}, nil) {
				return
			}
		}
	}
}

// batchesOf is how many batches some samples make.
func batchesOf(samples, size int) int { return (samples + size - 1) / size }

// memoryShare is a share of a source in memory.
type memoryShare struct {
	*Memory
	rank, ranks int
}

// Check implements Share.
func (p *memoryShare) Check(size int) error { return checkSize(size, p.ranks) }

// Batches implements Share.
func (p *memoryShare) Batches(ctx context.Context, size int, shuffle *rand.Rand) iter.Seq2[*Batch, error] {
	if err := p.Check(size); err != nil {
		return failed(err)
	}
	n := size / p.ranks
	return func(yield func(*Batch, error) bool) {
		order := permutation(p.Len(), shuffle)
		var b Batch
		for from := 0; from < len(order); from += size {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			at := min(len(order), from+p.rank*n)
			b.clear()
			p.fill(&b, order[at:min(len(order), at+n)])
			if !yield(&b, nil) {
				return
			}
		}
	}
}

// Whole implements Share.
func (p *memoryShare) Whole(ctx context.Context, size int) iter.Seq2[*Batch, error] {
	if size < 1 {
		return p.Memory.Batches(ctx, size, nil)
	}
	all := batchesOf(p.Len(), size)
	from, to := all*p.rank/p.ranks*size, min(p.Len(), all*(p.rank+1)/p.ranks*size)
	return padded(p.slice(from, to).Batches(ctx, size, nil), batchesOf(all, p.ranks))
}

// slice is some of the samples.
func (m *Memory) slice(from, to int) *Memory {
	s := *m
	s.ids, s.values, s.labels = m.ids[from*m.columns:to*m.columns], m.values[from*m.numbers:to*m.numbers], m.labels[from:to]
	return &s
}

// failed is a pass that ends at once.
func failed(err error) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) { yield(nil, err) }
}
