package embeddings

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// Options say which embeddings to write. Zero fields mean their defaults.
type Options struct {
	Table  string   // the name of the table to take them from; default: the first
	Fields []string // default: all that have rows of their own
	Zeros  bool     // write rows of zeros, too, which are left out otherwise
}

// Report is what was written.
type Report struct {
	Rows  int `json:"rows"`  // written
	Zeros int `json:"zeros"` // left out because they are zero
	Dim   int `json:"dim"`   // values in a vector
}

// row is an embedding with the name of its field.
type row struct {
	field  string
	hashed bool // the field has no vocabulary
	predict.Row
}

// text is the value of the row; that of a field without a vocabulary is its id.
func (r *row) text() string {
	if r.hashed {
		return strconv.Itoa(r.ID)
	}
	return r.Value
}

// isUnknown says whether the row is for the values out of vocabulary.
func (r *row) isUnknown() bool { return r.ID == 0 && !r.hashed }

// rowsOf yields the rows of the fields that are wanted, and finds fields and tables that are not there. The sequence can be
// gone through more than once.
func rowsOf(t *predict.Trained, o Options) (rows iter.Seq[row], report *Report, err error) {
	if t == nil || t.Weights == nil {
		return nil, nil, errors.New("embeddings: there is no model, or it has no weights")
	}
	fields := o.Fields
	if len(fields) == 0 {
		for _, f := range t.Fields {
			if f.Kind != datasets.Numeric && f.Shares == "" {
				fields = append(fields, f.Name)
			}
		}
	}
	report = &Report{}
	sequences := make([]iter.Seq[predict.Row], len(fields))
	for i, name := range fields {
		if slices.Contains(fields[:i], name) {
			return nil, nil, fmt.Errorf("embeddings: the field %q is given twice", name)
		}
		if sequences[i], err = t.Rows(o.Table, name); err != nil {
			return nil, nil, fmt.Errorf("embeddings: %w", err)
		}
		for r := range sequences[i] {
			report.Dim = len(r.Vector)
			if isZero(r.Vector) && !o.Zeros {
				report.Zeros++
			} else {
				report.Rows++
			}
		}
	}
	return func(yield func(row) bool) {
		for i, name := range fields {
			hashed := !hasVocabulary(t, name)
			for r := range sequences[i] {
				if (o.Zeros || !isZero(r.Vector)) && !yield(row{name, hashed, r}) {
					return
				}
			}
		}
	}, report, nil
}

func hasVocabulary(t *predict.Trained, field string) bool {
	i := slices.IndexFunc(t.Fields, func(f datasets.Field) bool { return f.Name == field })
	return t.Encoding != nil && t.Encoding.Vocabularies[i] != nil
}

// isZero says whether all values are 0 or -0.
func isZero(vector []float32) bool {
	var bits uint32
	for _, x := range vector {
		bits |= math.Float32bits(x) << 1 // without the sign
	}
	return bits == 0
}
