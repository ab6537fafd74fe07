package predict

import (
	"fmt"
	"iter"

	"github.com/ctrzoo/ctrzoo/graph"
)

// Row is an embedding row of a field.
type Row struct {
	ID     int
	Value  string // "" for id 0, which is out of vocabulary, and if the field has no vocabulary
	Count  int    // of it in the training part
	Norm   float32
	Vector []float32 // of the weights themselves
}

// Rows yields the rows of a field in a table; with the name "" in the first table.
func (t *Trained) Rows(table, field string) (iter.Seq[Row], error) {
	var weight *graph.Weight
	var names []string
	for w := range t.Weights.All() {
		if w.Table == nil {
			continue
		}
		names = append(names, w.Name)
		if weight == nil && (table == "" || table == w.Name) {
			weight = w
		}
	}
	if weight == nil {
		return nil, fmt.Errorf("zoo: no table %q; there are: %q", table, names)
	}
	var fields []string
	for from, f := range t.segments() {
		fields = append(fields, t.Fields[f].Name)
		if t.Fields[f].Name == field {
			values, err := weight.Settled()
			if err != nil {
				return nil, err
			}
			return t.rows(values, weight.Shape[1], f, from), nil
		}
	}
	return nil, fmt.Errorf("zoo: no field %q with rows of its own; there are: %q", field, fields)
}

// rows yields those of a field, which begin at row from of the values of a table.
func (t *Trained) rows(values []float32, dim, field, from int) iter.Seq[Row] {
	vocabulary := t.vocabulary(field)
	return func(yield func(Row) bool) {
		for id := range t.Fields[field].Rows {
			r := Row{ID: id, Vector: values[(from+id)*dim : (from+id+1)*dim]}
			r.Norm = float32(norm(r.Vector))
			if vocabulary != nil {
				r.Value, r.Count = vocabulary.Value(int32(id)), vocabulary.Count(int32(id))
			}
			if !yield(r) {
				return
			}
		}
	}
}
