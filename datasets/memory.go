package datasets

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
)

// Memory is a Source whose samples are in memory, 4 bytes for each id, number and label.
type Memory struct {
	fields           []Field
	columns, numbers int
	ids              []int32
	values           []float32
	labels           []float32
}

// NewMemory makes a source of samples, laid out as in a Batch. It keeps the slices.
func NewMemory(fields []Field, ids []int32, numbers, labels []float32) (*Memory, error) {
	m := &Memory{fields: fields, ids: ids, values: numbers, labels: labels}
	m.columns, m.numbers = width(fields)
	if len(ids) != len(labels)*m.columns || len(numbers) != len(labels)*m.numbers {
		return nil, fmt.Errorf("datasets: %d labels with %d ids and %d numbers; the fields take %d and %d a sample",
			len(labels), len(ids), len(numbers), m.columns, m.numbers)
	}
	return m, nil
}

// Fields are the fields of every sample.
func (m *Memory) Fields() []Field { return m.fields }

// Len is the number of samples.
func (m *Memory) Len() int { return len(m.labels) }

// Batches goes through the samples; see Source.
func (m *Memory) Batches(ctx context.Context, size int, shuffle *rand.Rand) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		if size < 1 {
			yield(nil, fmt.Errorf("datasets: batch size must be at least 1, got %d", size))
			return
		}
		order := permutation(m.Len(), shuffle)
		var b Batch
		for from := 0; from < len(order); from += size {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			b.clear()
			m.fill(&b, order[from:min(len(order), from+size)])
			if !yield(&b, nil) {
				return
			}
		}
	}
}

// fill adds the chosen samples to the batch.
func (m *Memory) fill(b *Batch, samples []int32) {
	b.Rows += len(samples)
	for _, s := range samples {
		i := int(s)
		b.IDs = append(b.IDs, m.ids[i*m.columns:(i+1)*m.columns]...)
		b.Numbers = append(b.Numbers, m.values[i*m.numbers:(i+1)*m.numbers]...)
		b.Labels = append(b.Labels, m.labels[i])
	}
}

// permutation is 0 .. n-1, shuffled if there is a generator.
func permutation(n int, shuffle *rand.Rand) []int32 {
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	if shuffle != nil {
		shuffle.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	return order
}

var _ Source = (*Memory)(nil)
