package datasets

import (
	"context"
	"iter"
	"math/rand/v2"
)

// Kind is what a field holds.
type Kind uint8

const (
	Categorical Kind = iota // one id a sample
	List                    // up to Length ids a sample
	Numeric                 // one number a sample
)

// String returns the kind as a schema names it: categorical, list or numeric.
func (k Kind) String() string {
	names := []string{"categorical", "list", "numeric"}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// Pooling is how the rows of a list become one.
type Pooling uint8

const (
	Mean Pooling = iota // the sum of the rows, divided by the number of ids that are present
	Sum                 // the sum of the rows
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

// Columns returns how many id columns the field takes in a batch.
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

// Width returns how many ids and how many numbers a sample of some fields has.
func Width(fields []Field) (columns, numbers int) {
	for _, f := range fields {
		columns += f.Columns()
		if f.Kind == Numeric {
			numbers++
		}
	}
	return columns, numbers
}

// Source gives the samples of one part of a data set.
type Source interface {
	// Fields returns the fields of every sample.
	Fields() []Field
	// Len returns the number of samples.
	Len() int
	// Batches goes through all samples once, size at a time; the last batch has the samples that
	// remain. With a generator the order is shuffled, the same way for the same state of the
	// generator; with nil it is the order of the data. It stops with the context's error when ctx
	// ends. It may be called again, also before an earlier pass has ended.
	Batches(ctx context.Context, size int, shuffle *rand.Rand) iter.Seq2[*Batch, error]
}
