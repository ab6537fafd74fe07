package zoo

import (
	"fmt"
	"reflect"
)

// Complete returns the model with the default in place of every hyper-parameter that is zero. A tag that does not
// parse, or a value out of its range, is an error that wraps ErrHyperparameter and names type and field; so is no model at all. A nil
// pointer is a model with all defaults.
func Complete(m Model) (Model, error) {
	if m == nil {
		return nil, fmt.Errorf("zoo: %w: there is no model", ErrHyperparameter)
	}
	list, err := hyperparameters(m)
	if err != nil {
		return nil, err
	}
	complete := copyOf(m)
	for i := range list {
		field := complete.FieldByIndex(list[i].index)
		if field.IsZero() {
			err = list[i].setDefault(field)
		} else {
			err = list[i].check(field)
		}
		if err != nil {
			return nil, err
		}
	}
	return modelOf(complete, m), nil
}

func (h *Hyperparameter) setDefault(field reflect.Value) error {
	if h.Default == "" {
		return nil
	}
	value, err := h.Parse(h.Default)
	if err == nil {
		field.Set(reflect.ValueOf(value))
	}
	return err
}

// set returns the model with settings of hyper-parameters that it has. Others are left out; a value of another type or
// out of its range is an error.
func set(m Model, list []Hyperparameter, s Settings) (Model, error) {
	changed := copyOf(m)
	for i := range list {
		for _, one := range s {
			if one.Name != list[i].Name {
				continue
			}
			value, err := list[i].typed(one.Value)
			if err != nil {
				return nil, err
			}
			changed.FieldByIndex(list[i].index).Set(value)
		}
	}
	return modelOf(changed, m), nil
}

// copyOf returns a copy of the struct that a model is or points to.
func copyOf(m Model) reflect.Value {
	v := reflect.New(structType(m)).Elem()
	original := reflect.ValueOf(m)
	switch {
	case original.Kind() != reflect.Pointer:
		v.Set(original)
	case !original.IsNil():
		v.Set(original.Elem())
	}
	return v
}

// modelOf returns a struct, or a pointer to it, as like is.
func modelOf(v reflect.Value, like Model) Model {
	if reflect.TypeOf(like).Kind() == reflect.Pointer {
		return v.Addr().Interface().(Model)
	}
	return v.Interface().(Model)
}
