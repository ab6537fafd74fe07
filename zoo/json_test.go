package zoo

import "encoding/json"

// jsonOf is one value, or a list of several, as JSON.
func jsonOf(values ...any) ([]byte, error) {
	if len(values) == 1 {
		return json.Marshal(values[0])
	}
	return json.Marshal(values)
}
