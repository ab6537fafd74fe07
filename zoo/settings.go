package zoo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
)

// Settings are values of hyper-parameters, in the order in which they were given. In YAML and JSON they are a mapping
// from names to values:
//
//	{embedding_dim: 16, hidden_units: [64, 32]}
type Settings []Setting

// Setting is the value of one hyper-parameter: a number, a bool, a string, or a list of numbers.
type Setting struct {
	Name  string
	Value any
}

// parsers read the text of a value, by the type of its field.
var parsers = map[reflect.Type]func(string) (any, error){
	reflect.TypeFor[int]():     func(s string) (any, error) { return strconv.Atoi(s) },
	reflect.TypeFor[float64](): func(s string) (any, error) { return strconv.ParseFloat(s, 64) },
	reflect.TypeFor[bool]():    func(s string) (any, error) { return strconv.ParseBool(s) },
	reflect.TypeFor[string]():  func(s string) (any, error) { return s, nil },
	reflect.TypeFor[[]int]():   parseInts,
}

// parseInts reads whole numbers between commas. An empty text is an empty list.
func parseInts(s string) (any, error) {
	list := []int{}
	if s = strings.Trim(s, "[]"); s == "" {
		return list, nil
	}
	for word := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, nil
}

// Parse reads a value as text: whole numbers between commas for a list. It must be in the range.
func (h *Hyperparameter) Parse(text string) (any, error) {
	value, err := parsers[h.of](text)
	if err != nil {
		return nil, h.fail("%s: want %s, got %q", h.Name, inWords[h.of.String()], text)
	}
	return value, h.check(reflect.ValueOf(value))
}

// inWords are what the kinds are called.
var inWords = map[string]string{
	"int": "a whole number", "float64": "a number", "bool": "true or false", "string": "a word", "[]int": "a list of whole numbers",
}

// typed returns a value, as YAML or JSON have it, as one of the field's type. Zero is in every range: it means the default.
func (h *Hyperparameter) typed(v any) (reflect.Value, error) {
	made := reflect.New(h.of)
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, made.Interface())
	}
	if err != nil {
		return made.Elem(), h.fail("%s: want %s, got %v", h.Name, inWords[h.of.String()], v)
	}
	if made.Elem().IsZero() {
		return made.Elem(), nil
	}
	return made.Elem(), h.check(made.Elem())
}

// MarshalJSON writes the settings as an object, in their order.
func (s Settings) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, one := range s {
		name, err := json.Marshal(one.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(one.Value)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, name...), ':'), value...)
	}
	return append(out, '}'), nil
}

// UnmarshalJSON reads an object and keeps its order.
func (s *Settings) UnmarshalJSON(text []byte) error {
	*s = nil
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("settings: want an object, got %.40s", text)
	}
	for d.More() {
		name, err := d.Token()
		var value any
		if err == nil {
			err = d.Decode(&value)
		}
		if err != nil {
			return fmt.Errorf("settings: %w", err)
		}
		*s = append(*s, Setting{name.(string), value}) // the decoder lets only strings through here
	}
	return nil
}

// UnmarshalYAML reads a mapping and keeps its order.
func (s *Settings) UnmarshalYAML(decode func(any) error) error {
	var mapping yaml.MapSlice
	if err := decode(&mapping); err != nil {
		return err
	}
	*s = nil
	for _, item := range mapping {
		*s = append(*s, Setting{fmt.Sprint(item.Key), item.Value})
	}
	return nil
}
