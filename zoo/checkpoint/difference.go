package checkpoint

import (
	"encoding/json"
	"maps"
	"reflect"
)

// nameKey is the key by which the objects of a list are found in another one: that of datasets.Field.
const nameKey = "Name"

// difference returns what differs in two texts of JSON: of objects the keys whose values differ, of lists of objects with
// names those that differ, with their names. Texts that are no such JSON are returned whole.
func difference(a, b string) (string, string) {
	var left, right any
	if json.Unmarshal([]byte(a), &left) != nil || json.Unmarshal([]byte(b), &right) != nil {
		return a, b
	}
	left, right = differ(left, right)
	return shortJSON(left), shortJSON(right)
}

// shortJSON is a value as JSON, cut where nobody would read on.
func shortJSON(v any) string {
	const most = 300
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	if runes := []rune(string(text)); len(runes) > most {
		return string(runes[:most]) + "..."
	}
	return string(text)
}

func differ(a, b any) (any, any) {
	if left, right, are := both[map[string]any](a, b); are {
		return differingKeys(left, right)
	}
	left, right, are := both[[]any](a, b)
	if !are {
		return a, b
	}
	leftNamed, named := byName(left)
	rightNamed, alsoNamed := byName(right)
	if !named || !alsoNamed {
		return a, b
	}
	leftObjects, rightObjects := differingObjects(left, rightNamed), differingObjects(right, leftNamed)
	if len(leftObjects)+len(rightObjects) == 0 {
		return namesOf(left), namesOf(right)
	}
	return leftObjects, rightObjects
}

// namesOf lists the names of objects, which are in another order.
func namesOf(list []any) (names []any) {
	for _, v := range list {
		names = append(names, v.(map[string]any)[nameKey])
	}
	return names
}

// both returns two values as those of one type, if they are.
func both[T any](a, b any) (left, right T, are bool) {
	left, isLeft := a.(T)
	right, isRight := b.(T)
	return left, right, isLeft && isRight
}

// differingKeys returns objects without the keys whose values are equal, but for names.
func differingKeys(a, b map[string]any) (left, right map[string]any) {
	left, right = maps.Clone(a), maps.Clone(b)
	for key, value := range a {
		other, has := b[key]
		switch {
		case !has || key == nameKey:
		case reflect.DeepEqual(value, other):
			delete(left, key)
			delete(right, key)
		default:
			left[key], right[key] = differ(value, other)
		}
	}
	return left, right
}

// byName finds the objects of a list by their names. It reports whether all have one.
func byName(list []any) (named map[any]map[string]any, all bool) {
	named = map[any]map[string]any{}
	for _, v := range list {
		object, is := v.(map[string]any)
		name, isText := object[nameKey].(string)
		if !is || !isText {
			return nil, false
		}
		named[name] = object
	}
	return named, true
}

// differingObjects returns what in the objects of a list differs from those of the same names.
func differingObjects(list []any, others map[any]map[string]any) []any {
	out := []any{}
	for _, v := range list {
		object := v.(map[string]any)
		other, has := others[object[nameKey]]
		switch {
		case !has:
			out = append(out, object)
		case !reflect.DeepEqual(object, other):
			own, _ := differingKeys(object, other)
			out = append(out, own)
		}
	}
	return out
}
