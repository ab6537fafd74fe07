package serving

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// fields is how many fields a model has; the last ones are of the candidate, the others of the user and the context.
const (
	fields          = 24
	candidateFields = 8
)

// NewModel makes a model of 24 fields with rows rows in all and weights that are drawn. Its fields have a vocabulary each, or are
// hashed: then it takes no memory but that of the weights.
func NewModel(m zoo.Model, rows int, hashed bool) (*predict.Trained, error) {
	encoding, err := newEncoding(rows/fields, hashed)
	if err != nil {
		return nil, err
	}
	t := &predict.Trained{Model: m, Encoding: encoding, Weights: graph.NewWeights(rand.New(rand.NewPCG(1, 1)))}
	if t.Fields, err = encoding.Fields(); err != nil {
		return nil, err
	}
	if _, err := zoo.NewInferenceNetwork(m, graph.NewBuilder(1, zoo.GraphFields(t.Fields), t.Weights)); err != nil { // which makes the weights
		t.Free()
		return nil, err
	}
	return t, nil
}

// newEncoding makes fields of so many values each, and one id more for all others.
func newEncoding(values int, hashed bool) (*datasets.Encoding, error) {
	x := &datasets.Encoding{
		Schema:       &schema.Schema{Label: "click"},
		Vocabularies: make([]*datasets.Vocabulary, fields), Scales: make([]datasets.Scale, fields),
	}
	texts, counts := make([]string, values+1), make([]int, values+1)
	for id := range texts {
		texts[id], counts[id] = value(id), 1
	}
	texts[0] = ""
	for i := range fields {
		f := schema.Field{Name: columnName(i)}
		if hashed {
			f.Hash = values
		} else {
			var err error
			if x.Vocabularies[i], err = datasets.NewVocabulary(texts, counts); err != nil {
				return nil, err
			}
		}
		x.Schema.Fields = append(x.Schema.Fields, f)
	}
	return x, nil
}

// value is the text of an id of any field.
func value(id int) string { return "value-" + strconv.Itoa(id) }

func columnName(field int) string {
	if isOfCandidate(field) {
		return fmt.Sprintf("candidate_%02d", field)
	}
	return fmt.Sprintf("user_%02d", field)
}

func isOfCandidate(field int) bool { return field >= fields-candidateFields }
