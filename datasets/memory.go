package datasets

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"

	"github.com/ctrzoo/ctrzoo/datasets/internal/pass"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// Memory is a Source whose samples are in memory, 4 bytes for each id, number and label. Its Share is a
// slice of the batches that one process would see: size/ranks samples, from rank*size/ranks on.
type Memory struct {
	fields  []Field
	samples Batch
}

// NewMemory returns a source of samples, laid out as in a Batch. It keeps the slices. A label other than 0 and 1 is a
// schema.ErrLabel.
func NewMemory(fields []Field, ids []int32, numbers, labels []float32) (*Memory, error) {
	columns, numeric := Width(fields)
	if len(ids) != len(labels)*columns || len(numbers) != len(labels)*numeric {
		return nil, fmt.Errorf("datasets: %d labels with %d ids and %d numbers; the fields take %d and %d a sample",
			len(labels), len(ids), len(numbers), columns, numeric)
	}
	for i, y := range labels {
		if y != 0 && y != 1 {
			return nil, fmt.Errorf("datasets: sample %d: %w: %v", i, schema.ErrLabel, y)
		}
	}
	return &Memory{fields, Batch{Rows: len(labels), IDs: ids, Numbers: numbers, Labels: labels}}, nil
}

// Weighted returns the source with a weight for each sample, which it keeps; without weights it is the source itself. A
// weight that is negative or no finite number is a schema.ErrWeight.
func (m *Memory) Weighted(weights []float32) (*Memory, error) {
	if len(weights) == 0 {
		return m, nil
	}
	if len(weights) != m.Len() {
		return nil, fmt.Errorf("datasets: %d samples with %d weights", m.Len(), len(weights))
	}
	for i, w := range weights {
		if !schema.IsWeight(float64(w)) {
			return nil, fmt.Errorf("datasets: sample %d: %w: %v", i, schema.ErrWeight, w)
		}
	}
	weighted := *m
	weighted.samples.Weights = weights
	return &weighted, nil
}

// Fields returns the fields of every sample.
func (m *Memory) Fields() []Field { return m.fields }

// Len returns the number of samples.
func (m *Memory) Len() int { return m.samples.Rows }

// Batches goes through the samples; see Source.
func (m *Memory) Batches(ctx context.Context, size int, shuffle *rand.Rand) iter.Seq2[*Batch, error] {
	switch {
	case ctx == nil:
		return pass.Failed[*Batch](errors.New("datasets: no context"))
	case size < 1:
		return pass.Failed[*Batch](fmt.Errorf("datasets: batch size must be at least 1, got %d", size))
	}
	return m.batches(ctx, size, 0, size, shuffle)
}

// batches goes through the samples size at a time, and gives n of each batch from the given one on.
func (m *Memory) batches(ctx context.Context, size, from, n int, shuffle *rand.Rand) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		order := pass.Order(m.Len(), shuffle)
		var b Batch
		for start := 0; start < len(order); start += size {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			first := min(len(order), start+from)
			b.Clear()
			b.Append(&m.samples, order[first:min(len(order), first+n)])
			if !yield(&b, nil) {
				return
			}
		}
	}
}

// Share implements Divider.
func (m *Memory) Share(rank, ranks int) Share { return &memoryShare{m, rank, ranks} }

// memoryShare is a share of a source in memory.
type memoryShare struct {
	*Memory
	rank, ranks int
}

// Check implements Share.
func (p *memoryShare) Check(size int) error { return CheckShare(size, p.ranks) }

// Batches implements Share.
func (p *memoryShare) Batches(ctx context.Context, size int, shuffle *rand.Rand) iter.Seq2[*Batch, error] {
	if err := p.Check(size); err != nil {
		return pass.Failed[*Batch](err)
	}
	n := size / p.ranks
	return p.batches(ctx, size, p.rank*n, n, shuffle)
}

// Whole implements Share.
func (p *memoryShare) Whole(ctx context.Context, size int) iter.Seq2[*Batch, error] {
	if size < 1 {
		return p.Memory.Batches(ctx, size, nil)
	}
	all := pass.Batches(p.Len(), size)
	from, to := all*p.rank/p.ranks*size, min(p.Len(), all*(p.rank+1)/p.ranks*size)
	return pass.Padded(p.slice(from, to).Batches(ctx, size, nil), pass.Batches(all, p.ranks), &Batch{})
}

// slice is some of the samples.
func (m *Memory) slice(from, to int) *Memory {
	columns, numbers := Width(m.fields)
	samples := Batch{
		Rows:    to - from,
		IDs:     m.samples.IDs[from*columns : to*columns],
		Numbers: m.samples.Numbers[from*numbers : to*numbers],
		Labels:  m.samples.Labels[from:to],
	}
	if len(m.samples.Weights) > 0 {
		samples.Weights = m.samples.Weights[from:to]
	}
	return &Memory{m.fields, samples}
}

var _ Divider = (*Memory)(nil)
