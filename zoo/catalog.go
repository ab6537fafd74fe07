package zoo

import (
	"errors"
	"fmt"
	"strings"
)

// ErrUnknownModel is wrapped by the error of New for a name that is not in the catalog.
var ErrUnknownModel = errors.New("unknown model")

// Hyperparameters are those of all models; a model takes what it has. Zero means the model's
// default, which Catalog lists.
type Hyperparameters struct {
	EmbeddingDim int
	HiddenUnits  []int
	Dropout      float64
}

// Entry describes a model of the zoo.
type Entry struct {
	Name            string
	Title           string
	Paper           string
	File            string // in package zoo
	Hyperparameters string // names and defaults
	New             func(h Hyperparameters) Model
}

// Catalog lists the models.
func Catalog() []Entry {
	return []Entry{
		{
			Name: "dnn", Title: "Embedding and multi-layer perceptron", File: "dnn.go",
			Paper:           "Li and Lyu, ICLR 2026, the first backbone",
			Hyperparameters: "embedding_dim=16 hidden_units=128,64 dropout=0",
			New:             func(h Hyperparameters) Model { return DNN(h) },
		},
	}
}

// New makes the model of a name.
func New(name string, h Hyperparameters) (Model, error) {
	var known []string
	for _, e := range Catalog() {
		if e.Name == name {
			return e.New(h), nil
		}
		known = append(known, e.Name)
	}
	return nil, fmt.Errorf("%w %q; known: %s", ErrUnknownModel, name, strings.Join(known, ", "))
}
