package solvers

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/ctrzoo/ctrzoo/graph"
)

// FrequencyBuckets puts rows into n buckets, 1 to n, by how often each occurred in the training part:
// bucket 1 holds the rarest rows, and every bucket about the same number of occurrences. Two rows that
// are equally frequent may be in different buckets. n must be in [1, 255].
func FrequencyBuckets(counts []int, n int) ([]uint8, error) {
	if n < 1 || n > 255 {
		return nil, fmt.Errorf("%w: FrequencyBuckets: the number of buckets must be in [1, 255], got %d", ErrOption, n)
	}
	order := make([]int, len(counts))
	total := 0
	for row, count := range counts {
		order[row] = row
		total += count
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(counts[a], counts[b]) })
	buckets := make([]uint8, len(counts))
	sum := 0
	for _, row := range order {
		// The bucket in which the middle of the row's occurrences falls.
		middle := float64(sum) + float64(counts[row])/2
		buckets[row] = uint8(1 + min(n-1, int(middle*float64(n)/float64(max(1, total)))))
		sum += counts[row]
	}
	return buckets, nil
}

// ErrBuckets is wrapped by the error of a step on a table that has no buckets, of a solver that was made
// WithBuckets.
var ErrBuckets = errors.New("solvers: the solver was made WithBuckets, and SetBuckets was not called")

// UsesBuckets implements Bucketed.
func (s *solver) UsesBuckets() bool { return len(s.decays) > 1 }

// SetBuckets implements Bucketed. Rows of buckets 1 to n of WithBuckets(n, c), and of bucket 0, which is for
// rows of fields without buckets, take adaptive regularization; rows of higher buckets lose c at every
// step. There must be one bucket for each row.
func (s *solver) SetBuckets(table *graph.Table, buckets []uint8) error {
	if !s.UsesBuckets() {
		return fmt.Errorf("%w: SetBuckets: the solver was made without WithBuckets", ErrOption)
	}
	if len(buckets) != table.Rows() {
		return fmt.Errorf("%w: SetBuckets: table %q has %d rows, got %d buckets", ErrOption, table.Name(), table.Rows(), len(buckets))
	}
	if _, err := s.stateOf(table); err != nil {
		return fmt.Errorf("solvers: %w", err)
	}
	choice := make([]uint8, len(buckets))
	for row, bucket := range buckets {
		if int(bucket) > s.adaptiveBuckets {
			choice[row] = 1
		}
	}
	r := s.tables[table]
	if r.halfWeights() && r.steps() > 0 && !slices.Equal(choice, r.choice) {
		return fmt.Errorf("%w: SetBuckets: rows in bfloat16 are not settled by the buckets so far, which therefore stay", ErrOption)
	}
	r.SettleAll() // by the buckets so far
	r.choice = choice
	return nil
}

// checkBuckets returns an error if the rows of a table need buckets and have none.
func (s *solver) checkBuckets(table *graph.Table) error {
	if s.UsesBuckets() && s.tables[table].choice == nil {
		return fmt.Errorf("%w: table %q", ErrBuckets, table.Name())
	}
	return nil
}
