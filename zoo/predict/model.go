package predict

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
)

// restoreModel makes the model of a record again: one of the zoo, or of the types of own.
func restoreModel(r checkpoint.ModelRecord, own []zoo.Model) (zoo.Model, error) {
	for _, m := range append(zoo.Models(), own...) {
		t := reflect.TypeOf(m)
		if t.String() != r.Type {
			continue
		}
		made := reflect.New(t)
		decoder := json.NewDecoder(bytes.NewReader(r.Settings))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(made.Interface()); err != nil {
			return nil, fmt.Errorf("%w: model %s: %w", checkpoint.ErrFormat, r.Type, err)
		}
		return made.Elem().Interface().(zoo.Model), nil
	}
	return nil, fmt.Errorf("%w of type %s: give Load a value of that type", zoo.ErrUnknownModel, r.Type)
}
