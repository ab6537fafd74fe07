package statedict

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// What FuxiCTR calls the values that fill up a list, and those that are out of vocabulary.
const (
	padding = "__PAD__"
	unknown = "__OOV__"
)

// ErrField is wrapped by the error of a field that cannot be brought in.
var ErrField = errors.New("cannot be imported")

// Source is the fields of a state dict: how raw samples become ids of this module, and what rows of the tensors those are.
type Source struct {
	Encoding *datasets.Encoding
	rows     [][]int // by field: the row of a tensor for each id; -1 for a row of zeros; nil for a number
}

// ReadSource reads the vocabularies of fields, a JSON object of objects as FuxiCTR's feature_vocab.json: field, value, row.
// The value __OOV__ is that of all others, __PAD__ that of none. Fields and columns are those of a schema.
func ReadSource(path string, s *schema.Schema) (*Source, error) {
	text, err := safefile.Read(path, math.MaxInt64-1)
	if err != nil {
		return nil, fmt.Errorf("statedict: vocabularies: %w", err)
	}
	var all map[string]map[string]int
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("statedict: vocabularies: %s: %w", path, err)
	}
	n := len(s.Fields)
	out := &Source{
		Encoding: &datasets.Encoding{Schema: s, Vocabularies: make([]*datasets.Vocabulary, n), Scales: make([]datasets.Scale, n)},
		rows:     make([][]int, n),
	}
	for i := range s.Fields {
		if err := out.field(i, all); err != nil {
			return nil, fmt.Errorf("statedict: the field %q %w: %w", s.Fields[i].Name, ErrField, err)
		}
	}
	return out, nil
}

func (s *Source) field(i int, all map[string]map[string]int) error {
	x := s.Encoding
	f := &x.Schema.Fields[i]
	switch {
	case f.Kind == "numeric" && f.Scale != "none":
		return errors.New("a state dict does not have its mean and deviation: say scale: none in the schema, and give numbers that are scaled")
	case f.Kind == "numeric":
		x.Scales[i] = datasets.Scale{Multiplier: 1}
		return nil
	case f.Hash > 0:
		return errors.New("it is hashed")
	case f.Shares != "":
		x.Vocabularies[i] = x.Vocabularies[x.Schema.Owner(i)]
		return nil
	}
	ids, has := all[f.Name]
	if !has {
		return errors.New("it has no vocabulary")
	}
	var err error
	x.Vocabularies[i], s.rows[i], err = vocabularyOf(ids)
	return err
}

// vocabularyOf numbers values in the order of their rows.
func vocabularyOf(ids map[string]int) (*datasets.Vocabulary, []int, error) {
	values, rows := []string{""}, []int{-1}
	if row, has := ids[unknown]; has && row >= 0 {
		rows[0] = row
	}
	for value := range ids {
		if value != padding && value != unknown {
			values = append(values, value)
		}
	}
	slices.SortFunc(values[1:], func(a, b string) int { return cmp.Or(cmp.Compare(ids[a], ids[b]), cmp.Compare(a, b)) })
	for _, v := range values[1:] {
		if ids[v] < 0 {
			return nil, nil, fmt.Errorf("the value %q has the row %d", v, ids[v])
		}
		rows = append(rows, ids[v])
	}
	v, err := datasets.NewVocabulary(values, make([]int, len(values)))
	return v, rows, err
}
