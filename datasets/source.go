package datasets

import (
	"context"
	"iter"
	"math/rand/v2"
)

// Kind says what a field holds.
type Kind uint8

const (
	Categorical Kind = iota // one id a sample
	List                    // up to Length ids a sample
	Numeric                 // one number a sample
)

// Pooling says how the rows of a list become one.
type Pooling uint8

const (
	Mean Pooling = iota
	Sum
)

// Absent fills the places of a list beyond its end.
const Absent = -1

// Field is a field of a data set whose vocabulary is known.
type Field struct {
	Name    string
	Kind    Kind
	Rows    int     // ids are 0 .. Rows-1; 0 is out of vocabulary
	Length  int     // places of a List
	Pooling Pooling // of a List
	Shares  string  // the field whose vocabulary this one uses; "" for its own
}

// Columns is how many id columns the field takes in a batch.
func (f Field) Columns() int {
	switch f.Kind {
	case List:
		return f.Length
	case Numeric:
		return 0
	default:
		return 1
	}
}

// width counts the id columns and the numbers of a sample.
func width(fields []Field) (columns, numbers int) {
	for _, f := range fields {
		columns += f.Columns()
		if f.Kind == Numeric {
			numbers++
		}
	}
	return columns, numbers
}

// Batch is some samples, row after row. It is reused: it is valid until the next one is asked for.
type Batch struct {
	Rows    int
	IDs     []int32   // Rows x id columns, in the order of the fields; counted within each field
	Numbers []float32 // Rows x numeric fields
	Labels  []float32 // Rows, each 0 or 1
}

func (b *Batch) clear() { *b = Batch{IDs: b.IDs[:0], Numbers: b.Numbers[:0], Labels: b.Labels[:0]} }

// Source gives the samples of one part of a data set.
type Source interface {
	// Fields are the fields of every sample.
	Fields() []Field
	// Len is the number of samples.
	Len() int
	// Batches goes through all samples once, size at a time; the last batch has what is left.
	// With a generator the order is shuffled, the same way for the same state of the generator;
	// with nil it is that of the data. It stops with the context's error when ctx ends. It may be
	// called again, also before an earlier pass has ended.
	Batches(ctx context.Context, size int, shuffle *rand.Rand) iter.Seq2[*Batch, error]
}
