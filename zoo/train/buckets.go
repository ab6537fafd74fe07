package train

import (
	"cmp"
	"context"
	"fmt"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"gorgonia.org/gorgonia"
)

// Buckets divides the rows of fields by how often they occur in the training part. Each field is
// divided by itself: bucket 1 holds its rarest rows, and every bucket about the same number of
// occurrences.
type Buckets struct {
	Number int    // at least 1; 0 means no buckets
	Field  string // the one field that is divided; "" means every field
}

// divideRows counts the values of the training part and gives the solver the bucket of each row, if
// the run has buckets.
func (t *Trainer) divideRows() (err error) {
	if t.run.Buckets.Number == 0 && !t.run.Diagnose {
		return nil
	}
	if t.frequencies, err = countFrequencies(context.Background(), t.run.Train); err != nil {
		return err
	}
	divided := t.run.Buckets
	divided.Number = cmp.Or(divided.Number, 5)
	if t.buckets, err = t.frequencies.divide(divided); err != nil {
		return fmt.Errorf("%w: %w", ErrRun, err)
	}
	if s := bucketsOf(t.solver); s != nil {
		return t.giveBuckets(s)
	}
	return nil
}

// bucketsOf returns the solver that was made WithBuckets: s, or one that it wraps; nil if none was.
func bucketsOf(s gorgonia.Solver) solvers.Bucketed {
	if b, ok := solvers.As[solvers.Bucketed](s); ok && b.UsesBuckets() {
		return b
	}
	return nil
}

func (t *Trainer) giveBuckets(s solvers.Bucketed) error {
	for weight := range t.weights.All() {
		if weight.Table == nil {
			continue
		}
		if err := s.SetBuckets(weight.Table, checkpoint.OwnRows(weight.Table, t.buckets)); err != nil {
			return fmt.Errorf("%w: %w", ErrRun, err)
		}
	}
	return nil
}

// divide gives each row its bucket; rows of fields that are not divided have bucket 0.
func (f *frequencies) divide(b Buckets) ([]uint8, error) {
	out := make([]uint8, len(f.counts))
	known := b.Field == ""
	for i, field := range f.fields {
		if f.first[i] < 0 || field.Shares != "" || b.Field != "" && b.Field != field.Name {
			continue
		}
		known = true
		rows := out[f.first[i] : f.first[i]+field.Rows]
		buckets, err := solvers.FrequencyBuckets(f.counts[f.first[i]:f.first[i]+field.Rows], b.Number)
		if err != nil {
			return nil, err
		}
		copy(rows, buckets)
	}
	if !known {
		return nil, fmt.Errorf("buckets: there is no field %q with rows of its own", b.Field)
	}
	return out, nil
}
