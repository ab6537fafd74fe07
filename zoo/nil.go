package zoo

import "reflect"

// IsNil reports whether an interface holds nothing: it is nil, or holds a pointer that is.
func IsNil(v any) bool {
	if v == nil {
		return true
	}
	x := reflect.ValueOf(v)
	return x.Kind() == reflect.Pointer && x.IsNil()
}
