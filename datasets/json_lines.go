package datasets

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

// jsonLines is the log of a file of JSON objects, one a line. Columns are keys; a key of an object
// within is written with a dot, as in "user.id". Numbers keep their digits, so that large ids stay
// distinct; true and false are 1 and 0; null and a missing key are the empty value; the values of
// an array have the field's separator between them.
func (s *Schema) jsonLines(path string) log {
	return func(ctx context.Context, columns []string) iter.Seq2[*record, error] {
		return func(yield func(*record, error) bool) {
			file, err := openFile(ctx, path)
			if err != nil {
				yield(nil, err)
				return
			}
			defer file.Close()
			r := &record{path: path, values: make([]string, len(columns))}
			lines := newLineReader(path, file)
			for {
				text, err := lines.next()
				if err == io.EOF {
					return
				}
				if r.line = lines.line; err == nil {
					err = s.takeObject(r, text, columns)
				}
				if !yield(r, err) || isFatal(err) {
					return
				}
			}
		}
	}
}

// takeObject picks the values of the columns from an object.
func (s *Schema) takeObject(r *record, text []byte, columns []string) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil {
		return r.fail("", string(text), err)
	}
	for i, name := range columns {
		raw, err := find(object, name)
		if err == nil {
			r.values[i], err = jsonText(raw, s.separatorOf(name))
		}
		if err != nil {
			return r.fail(name, string(raw), err)
		}
		if !isText(r.values[i]) {
			return r.fail(name, r.values[i], ErrText)
		}
	}
	return nil
}

// find finds a key, or a dotted path of keys; nil if it is not there.
func find(object map[string]json.RawMessage, name string) (json.RawMessage, error) {
	if raw, known := object[name]; known {
		return raw, nil
	}
	outer, inner, dotted := strings.Cut(name, ".")
	raw := object[outer]
	if !dotted || raw == nil || bytes.Equal(raw, []byte("null")) {
		return nil, nil
	}
	var within map[string]json.RawMessage
	if err := json.Unmarshal(raw, &within); err != nil {
		return raw, err
	}
	return find(within, inner)
}

// jsonText is the value of a cell.
func jsonText(raw json.RawMessage, separator string) (string, error) {
	switch {
	case len(raw) == 0 || bytes.Equal(raw, []byte("null")):
		return "", nil
	case raw[0] == '"':
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err
	case bytes.Equal(raw, []byte("true")):
		return "1", nil
	case bytes.Equal(raw, []byte("false")):
		return "0", nil
	case raw[0] == '[':
		return jsonList(raw, separator)
	case raw[0] == '{':
		return "", errors.New("an object where a value is wanted: name its key, as in outer.inner")
	}
	return string(raw), nil
}

func jsonList(raw json.RawMessage, separator string) (string, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return "", err
	}
	var b strings.Builder
	for i, one := range list {
		text, err := jsonText(one, separator)
		switch {
		case err != nil:
			return "", err
		case one[0] == '[':
			return "", errors.New("an array in an array")
		case strings.Contains(text, separator):
			return "", fmt.Errorf("the value %q has the list's separator %q in it", shorten(text), separator)
		}
		if i > 0 {
			b.WriteString(separator)
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

// separatorOf is what stands between the values of a list in a column.
func (s *Schema) separatorOf(column string) string {
	for i := range s.Fields {
		if s.Fields[i].Kind == "list" && s.Fields[i].column() == column {
			return s.Fields[i].separator()
		}
	}
	return listSeparator
}
