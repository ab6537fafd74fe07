package datasets

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// ErrDivide is wrapped by the error of a source that cannot be divided between the ranks of a job.
var ErrDivide = errors.New("datasets: cannot be divided")

// Share is what one of several ranks reads of a source. All ranks see the same number of batches, of which
// some may have no samples. Fields and Len are those of the whole source.
//
// Batches takes the size of the whole job's batch and, on every rank, the same generator. It gives the
// rank's share of each batch, at most size/ranks samples.
type Share interface {
	Source
	// Check returns the error, which wraps ErrDivide, that Batches of this size would give; nil if
	// there is none.
	Check(size int) error
	// Whole goes through the rank's run of the samples, in the order of the data, in whole batches of
	// size samples. The run of a rank follows the run of the rank before. It is for evaluation: the
	// results of the ranks are joined in the order of the ranks.
	Whole(ctx context.Context, size int) iter.Seq2[*Batch, error]
}

// Divider is a Source that can be divided between the ranks of a job.
type Divider interface {
	Source
	// Share returns the share of a rank in [0, ranks).
	Share(rank, ranks int) Share
}

// Divide returns the share of a rank in [0, ranks). A source that is no Divider is an ErrDivide.
func Divide(s Source, rank, ranks int) (Share, error) {
	if ranks < 1 || rank < 0 || rank >= ranks {
		return nil, fmt.Errorf("%w: rank %d of %d", ErrDivide, rank, ranks)
	}
	divider, can := s.(Divider)
	if !can {
		return nil, fmt.Errorf("%w: a source of type %T", ErrDivide, s)
	}
	return divider.Share(rank, ranks), nil
}

// CheckShare returns an error, which wraps ErrDivide, if batches of a size do not divide into equal parts for
// all ranks. A Share calls it in its Check.
func CheckShare(size, ranks int) error {
	if size < 1 || size%ranks != 0 {
		return fmt.Errorf("%w: batches of %d samples between %d ranks: the size must be a multiple of the ranks", ErrDivide, size, ranks)
	}
	return nil
}
