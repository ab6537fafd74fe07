package predict

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
)

// restoreModel makes the model of a record again: one of the zoo, or of the types of own. Like the model that was saved it
// is a struct, or a pointer to one.
func restoreModel(r checkpoint.ModelRecord, own []zoo.Model) (zoo.Model, error) {
	name, isPointer := strings.CutPrefix(r.Type, "*")
	for _, m := range append(zoo.Models(), own...) {
		t := reflect.TypeOf(m)
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.String() != name {
			continue
		}
		made := reflect.New(t)
		decoder := json.NewDecoder(bytes.NewReader(r.Settings))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(made.Interface()); err != nil {
			return nil, fmt.Errorf("%w: model %s: %w", checkpoint.ErrFormat, r.Type, err)
		}
		if restored, ok := made.Elem().Interface().(zoo.Model); ok && !isPointer {
			return restored, nil
		}
		return made.Interface().(zoo.Model), nil // what a struct can do, a pointer to it can
	}
	return nil, fmt.Errorf("%w of type %s: give Load a value of that type", zoo.ErrUnknownModel, r.Type)
}
