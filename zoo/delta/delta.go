package delta

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
)

// ErrParent is wrapped by the error of a delta that does not start from the model that it was to be applied to.
var ErrParent = errors.New("the delta starts from another model")

// format is the number of the format of deltas. It grows with every change that makes older versions misread them.
const format = 1

// aboutName is the array with the JSON of about.
const aboutName = "about"

// about says what a delta is of.
type about struct {
	Format  int                 `json:"format"`
	Parent  string              `json:"parent,omitempty"` // of checkpoint.Manifest.HashModel; "" in a snapshot
	Result  checkpoint.Manifest `json:"result"`           // of what Apply writes
	Schema  string              `json:"schema,omitempty"` // of raw samples, as YAML; "" if the model predicts ids only
	Weights []weight            `json:"weights"`          // in the order of their file
}

// weight is a weight by its name and shape.
type weight struct {
	Name  string `json:"name"`
	Shape [2]int `json:"shape"`
}

// Report says what is in a delta.
type Report struct {
	Bytes        int64        `json:"bytes"`      // of the file of the delta
	FullBytes    int64        `json:"full_bytes"` // of the files of the whole model that it leads to
	DenseWeights int          `json:"dense_weights"`
	DenseChanged int          `json:"dense_changed"`
	Tables       []Rows       `json:"tables"`
	Fields       []Vocabulary `json:"fields"` // those with a vocabulary of their own
}

// Rows counts the rows of a table.
type Rows struct {
	Table string `json:"table"`
	Rows  int    `json:"rows"`
	Live  int    `json:"live"` // whose bits changed, and that are not zero
	Dead  int    `json:"dead"` // that became zero
}

// Vocabulary counts the values of a field.
type Vocabulary struct {
	Field  string `json:"field"`
	Values int    `json:"values"` // with a row of their own
	New    int    `json:"new"`
	Left   int    `json:"left"`
}

// readAbout reads what a delta is of.
func readAbout(m *checkpoint.Mapped) (*about, error) {
	text, err := checkpoint.View[byte](m, aboutName)
	if err != nil {
		return nil, err
	}
	var version struct{ Format int }
	if err := json.Unmarshal(text, &version); err != nil {
		return nil, m.Damaged("%q: %v", aboutName, err)
	}
	if version.Format != format {
		return nil, fmt.Errorf("%w: the delta has format %d, this version reads %d", checkpoint.ErrFormat, version.Format, format)
	}
	var a about
	if err := json.Unmarshal(text, &a); err != nil {
		return nil, m.Damaged("%q: %v", aboutName, err)
	}
	return &a, nil
}

// fullBytes is how many bytes the files of a model have.
func fullBytes(m *checkpoint.Manifest) (sum int64) {
	for _, p := range m.Parts {
		sum += p.Bytes
	}
	return sum
}
