package statedict

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"

	"github.com/ctrzoo/ctrzoo/graph"
)

// entry fills the weights of an entry.
func (t *importing) entry(e *Entry) error {
	var weights []*graph.Weight
	for w := range t.weights.All() {
		if ok, err := path.Match(e.To, w.Name); err != nil {
			return fmt.Errorf("%w: %q: %w", ErrMapping, e.To, err)
		} else if ok {
			weights = append(weights, w)
		}
	}
	if len(weights) == 0 {
		return fmt.Errorf("%w: the model has no weight %q", ErrMapping, e.To)
	}
	names := t.matching(e.From)
	if len(names) != len(weights) {
		return fmt.Errorf("%w: %d weights %q (first %q) are to come from %d tensors %q", ErrMapping, len(weights), e.To, weights[0].Name, len(names), e.From)
	}
	for i, w := range weights {
		if err := t.fill(w, names[i], e); err != nil {
			return err
		}
	}
	return nil
}

// fill fills a weight from a tensor.
func (t *importing) fill(w *graph.Weight, name string, e *Entry) error {
	tensor, err := t.take(name, "the weight "+w.Name)
	if err != nil {
		return err
	}
	shape := slices.DeleteFunc(slices.Clone(tensor.Shape), func(n int) bool { return n == 1 })
	want := slices.DeleteFunc(slices.Clone([]int(w.Shape)), func(n int) bool { return n == 1 })
	if e.Transpose {
		slices.Reverse(want)
	}
	if !slices.Equal(shape, want) {
		return fmt.Errorf("%w: the tensor %q is %v, and the weight %q is %v (transposed: %v)", ErrMapping, name, tensor.Shape, w.Name, w.Shape, e.Transpose)
	}
	values := tensor.Values
	rows, columns := w.Shape[0], w.Shape[1]
	if e.Transpose {
		values = transposed(values, columns, rows)
	}
	if e.FieldsFirst {
		values = mapsFirst(values, rows/len(t.fields), len(t.fields), columns)
	}
	for i, x := range values {
		if e.Add {
			x += w.Values()[i]
		}
		w.Values()[i] = x
	}
	t.filled[w.Name] = true
	return nil
}

// transposed returns the transpose of a matrix.
func transposed(x []float32, rows, columns int) []float32 {
	y := make([]float32, len(x))
	for r := range rows {
		for c := range columns {
			y[c*rows+r] = x[r*columns+c]
		}
	}
	return y
}

// mapsFirst numbers the rows of a CIN's weight by map first, then by field.
func mapsFirst(x []float32, maps, fields, units int) []float32 {
	y := make([]float32, len(x))
	for field := range fields {
		for m := range maps {
			copy(y[(m*fields+field)*units:][:units], x[(field*maps+m)*units:])
		}
	}
	return y
}

var digits = regexp.MustCompile(`\d+`)

// byNumbers orders names by the numbers in them, and then as texts.
func byNumbers(a, b string) int {
	x, y := digits.FindAllString(a, -1), digits.FindAllString(b, -1)
	for i := range min(len(x), len(y)) {
		m, _ := strconv.Atoi(x[i]) // digits only
		n, _ := strconv.Atoi(y[i])
		if m != n {
			return cmp.Compare(m, n)
		}
	}
	return cmp.Compare(a, b)
}
