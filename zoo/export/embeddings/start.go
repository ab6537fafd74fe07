package embeddings

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
)

// ErrStart is wrapped by the error of vectors from which a model cannot start.
var ErrStart = errors.New("embeddings cannot start from it")

// Started counts what Start did.
type Started struct {
	Vectors      int // of the file
	Rows         int // of the fields that the file has
	Matched      int // of these rows, that now have a vector of the file
	UnknownField int // vectors of fields that the model does not have
	UnknownValue int // vectors of values that have no row
	UnknownNames []string
}

// String describes the counts in a line.
func (s *Started) String() string {
	text := fmt.Sprintf("%d of %d rows start from %d vectors", s.Matched, s.Rows, s.Vectors)
	if s.UnknownValue > 0 {
		text += fmt.Sprintf("; %d vectors are of values without a row", s.UnknownValue)
	}
	if s.UnknownField > 0 {
		text += fmt.Sprintf("; %d are of other fields: %q", s.UnknownField, s.UnknownNames)
	}
	return text
}

// Start copies the vectors of a file, Parquet or .npy, to the rows of the same fields and values, in every table of embeddings
// (not of the wide part). All other rows stay as they are. Vectors of another size, a vector that is not finite, and
// a file of which nothing matches are errors that wrap ErrStart. The encoding may be nil: values are then ids.
func Start(path string, w *graph.Weights, fields []datasets.Field, x *datasets.Encoding) (*Started, error) {
	s, err := newStarter(w, fields, x)
	if err == nil {
		err = s.read(path)
	}
	if err != nil {
		return nil, fmt.Errorf("embeddings: %w", err)
	}
	return &s.counts, nil
}

// starter is what Start needs to know.
type starter struct {
	fields   []datasets.Field
	encoding *datasets.Encoding
	tables   []*graph.Weight
	first    []int          // row of each field
	places   map[string]int // of the fields
	seen     map[int]bool   // the first rows of the fields that the file has
	unknown  map[string]bool
	done     []bool // by row
	counts   Started
}

func newStarter(w *graph.Weights, fields []datasets.Field, x *datasets.Encoding) (*starter, error) {
	if w == nil {
		return nil, errors.New("there are no weights")
	}
	s := &starter{fields: fields, encoding: x, places: map[string]int{}, seen: map[int]bool{}, unknown: map[string]bool{}}
	var rows int
	var err error
	if s.first, rows, err = graph.FirstRows(zoo.GraphFields(fields)); err != nil {
		return nil, err
	}
	s.done = make([]bool, rows)
	for i, f := range fields {
		if f.Kind != datasets.Numeric {
			s.places[f.Name] = i
		}
	}
	for weight := range w.All() {
		if weight.Table == nil || weight.Role != graph.RoleEmbedding {
			continue
		}
		if !weight.Table.Shard().IsWhole() {
			return nil, fmt.Errorf("%w: the rows of %q are spread over several ranks", ErrStart, weight.Name)
		}
		s.tables = append(s.tables, weight)
	}
	if len(s.tables) == 0 {
		return nil, fmt.Errorf("%w: the model has no table of embeddings", ErrStart)
	}
	return s, nil
}

func (s *starter) read(path string) error {
	for v, err := range readVectors(path) {
		if err != nil {
			return err
		}
		if err := s.take(v); err != nil {
			return fmt.Errorf("%s: vector %d (field %q, value %q): %w", path, s.counts.Vectors, v.field, v.value, err)
		}
		s.counts.Vectors++
	}
	if s.counts.Matched == 0 {
		return fmt.Errorf("%w: %s has %d vectors, and none is of a value of the model", ErrStart, path, s.counts.Vectors)
	}
	return nil
}

// take copies a vector to its row.
func (s *starter) take(v *vector) error {
	for _, x := range v.values {
		if x-x != 0 {
			return fmt.Errorf("%w: it has the value %v", ErrStart, x)
		}
	}
	field, known := s.places[v.field]
	if !known {
		s.counts.UnknownField++
		if !s.unknown[v.field] {
			s.unknown[v.field] = true
			s.counts.UnknownNames = append(s.counts.UnknownNames, v.field)
		}
		return nil
	}
	if first := s.first[field]; !s.seen[first] {
		s.seen[first] = true
		s.counts.Rows += s.fields[field].Rows
	}
	id, known := s.idOf(field, v)
	if !known {
		s.counts.UnknownValue++
		return nil
	}
	row := s.first[field] + id
	for _, t := range s.tables {
		if dim := t.Shape[1]; len(v.values) != dim {
			return fmt.Errorf("%w: it has %d values, and a row of %q has %d", ErrStart, len(v.values), t.Name, dim)
		}
		t.Table.SetRow(row, v.values)
	}
	if !s.done[row] {
		s.done[row] = true
		s.counts.Matched++
	}
	return nil
}

// idOf returns the id that the model has for the value of a vector.
func (s *starter) idOf(field int, v *vector) (id int, known bool) {
	if s.encoding == nil || s.encoding.Vocabularies[field] == nil {
		id, err := strconv.Atoi(v.value)
		return id, err == nil && id >= 0 && id < s.fields[field].Rows
	}
	if v.value == "" && v.id == 0 { // out of vocabulary
		return 0, true
	}
	id = int(s.encoding.Vocabularies[field].ID(v.value))
	return id, id > 0
}
