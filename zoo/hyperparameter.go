package zoo

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode"
)

// ErrHyperparameter is wrapped by the error of a hyper-parameter that cannot be used: a tag that does not parse, a
// value of another type, or a value out of its range. The error names the type and the field of the model.
var ErrHyperparameter = errors.New("bad hyper-parameter")

// Hyperparameter describes an exported field of a model's struct, of type int, float64, bool, string or []int. The
// tags of the field are
//
//	default  the value that zero (or nil) means; without the tag zero means zero
//	range    the values that are allowed: of a number, or of each element of a list, an interval such as "[1, inf)" or
//	         "[0, 1)"; of a string words such as "relu|dice"
//	help     what the field is, in a few words
//
// Fields of embedded structs count as fields of the model. A field of another type is no hyper-parameter, and must
// have none of the tags.
type Hyperparameter struct {
	Name    string // of the field in snake case, as grids and records have it: "embedding_dim"
	Field   string // the name of the field: "EmbeddingDim"
	Help    string
	Default string // as text; "" if zero means zero
	Range   string // as the tag has it; "" if every value is allowed

	model  reflect.Type
	of     reflect.Type
	index  []int // of the field in the struct
	limits limits
}

// Kind is int, float64, bool, string or []int.
func (h *Hyperparameter) Kind() string { return h.of.String() }

// hyperparameters lists those of a model in the order of its fields.
func hyperparameters(m Model) ([]Hyperparameter, error) {
	t := structType(m)
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%w: model %v is no struct", ErrHyperparameter, t)
	}
	var list []Hyperparameter
	for _, f := range reflect.VisibleFields(t) {
		h, err := newHyperparameter(t, f)
		if err != nil {
			return nil, err
		}
		if h != nil {
			list = append(list, *h)
		}
	}
	return list, nil
}

// newHyperparameter returns nil for a field that is none.
func newHyperparameter(model reflect.Type, f reflect.StructField) (*Hyperparameter, error) {
	h := &Hyperparameter{
		Name: snake(f.Name), Field: f.Name, Help: f.Tag.Get("help"), Default: f.Tag.Get("default"), Range: f.Tag.Get("range"),
		model: model, of: f.Type, index: f.Index,
	}
	tagged := h.Help != "" || h.Default != "" || h.Range != ""
	switch {
	case f.Anonymous && f.Type.Kind() == reflect.Struct && !tagged:
		return nil, nil // its fields follow
	case !f.IsExported() || parsers[f.Type] == nil:
		if tagged {
			return nil, h.fail("a field with tags must be exported, and of type int, float64, bool, string or []int, not %v", f.Type)
		}
		return nil, nil
	}
	var err error
	if h.limits, err = parseLimits(h.Range, h.of); err != nil {
		return nil, h.fail("range:%q: %w", h.Range, err)
	}
	if h.Default == "" {
		return h, nil
	}
	value, err := h.Parse(h.Default)
	if err != nil {
		return nil, fmt.Errorf("default:%q: %w", h.Default, err)
	}
	if reflect.ValueOf(value).IsZero() {
		h.Default = "" // what zero means anyway
	}
	return h, nil
}

// fail returns an error that names the type and the field.
func (h *Hyperparameter) fail(how string, a ...any) error {
	return fmt.Errorf("%w: %v.%s: %w", ErrHyperparameter, h.model, h.Field, fmt.Errorf(how, a...))
}

// DefaultText returns the default as text, also where zero means zero: "0", "false" or "".
func (h *Hyperparameter) DefaultText() string {
	if h.Default != "" || h.of.Kind() == reflect.String || h.of.Kind() == reflect.Slice {
		return h.Default
	}
	return fmt.Sprint(reflect.Zero(h.of))
}

// check finds a value out of range.
func (h *Hyperparameter) check(v reflect.Value) error {
	if err := h.limits.check(v); err != nil {
		return h.fail("%s %w", h.Name, err)
	}
	return nil
}

// snake turns the name of a field into snake case: FMBHiddenUnits into fmb_hidden_units.
func snake(name string) string {
	letters := []rune(name)
	var out strings.Builder
	for i, r := range letters {
		afterLower := i > 0 && !unicode.IsUpper(letters[i-1])
		beforeLower := i > 0 && i+1 < len(letters) && unicode.IsLower(letters[i+1])
		if unicode.IsUpper(r) && (afterLower || beforeLower) {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}
