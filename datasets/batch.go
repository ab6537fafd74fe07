package datasets

// Batch is some samples, row after row. Batches of a Source are reused: one is valid until the next one
// is asked for.
type Batch struct {
	Rows    int
	IDs     []int32   // Rows x id columns, in the order of the fields; counted within each field
	Numbers []float32 // Rows x numeric fields
	Labels  []float32 // Rows, each 0 or 1
	Weights []float32 // Rows, each at least 0; empty: every sample weighs 1
}

// Clear removes all samples. It keeps the memory for the next ones.
func (b *Batch) Clear() {
	*b = Batch{IDs: b.IDs[:0], Numbers: b.Numbers[:0], Labels: b.Labels[:0], Weights: b.Weights[:0]}
}

// Weight returns the sum of the weights of all samples.
func (b *Batch) Weight() float64 {
	if len(b.Weights) == 0 {
		return float64(b.Rows)
	}
	var sum float64
	for _, w := range b.Weights {
		sum += float64(w)
	}
	return sum
}

// Append adds the samples of the given rows of another batch, which has the same fields.
func (b *Batch) Append(from *Batch, rows []int32) {
	if len(rows) == 0 {
		return
	}
	columns, numbers := len(from.IDs)/from.Rows, len(from.Numbers)/from.Rows
	b.Rows += len(rows)
	for _, row := range rows {
		i := int(row)
		b.IDs = append(b.IDs, from.IDs[i*columns:(i+1)*columns]...)
		b.Numbers = append(b.Numbers, from.Numbers[i*numbers:(i+1)*numbers]...)
		b.Labels = append(b.Labels, from.Labels[i])
		if len(from.Weights) > 0 {
			b.Weights = append(b.Weights, from.Weights[i])
		}
	}
}
