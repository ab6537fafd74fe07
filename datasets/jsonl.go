package datasets

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

var (
	errObject    = errors.New("an object; a column is one of its keys, with a point between the names")
	errSeparator = errors.New("a value of the list has the separator in it")
)

// readJSON reads lines that are JSON objects. Columns are their keys; those of an object inside
// have its key and a point before them. Numbers stay as they are written, so that ids keep all
// digits; true is 1 and false 0; null, and a key that is not there, is an empty cell. The values of
// an array, and of arrays in it, are joined by the separator of the field. A column that no line
// has is an ErrUnknownColumn.
func (s *Schema) readJSON(lines *lineReader, columns []string, yield func(*record, error) bool) error {
	l := newJSONLine(s, lines.path, columns)
	read := 0
	for {
		text, err := lines.next()
		switch {
		case err == io.EOF && read == 0:
			return &SyntaxError{Path: lines.path, Err: ErrEmpty}
		case err == io.EOF:
			return l.checkColumns()
		case err == nil && len(strings.TrimSpace(string(text))) == 0:
			continue
		}
		read++
		l.line = lines.line
		if err == nil {
			err = l.take(text)
		}
		if !yield(&l.record, err) || isFatal(err) {
			return nil
		}
	}
}

// jsonLine is a line of a file of JSON lines.
type jsonLine struct {
	record
	columns    []string
	separators []string // of the lists
	at         map[string]int
	objects    map[string]bool // with columns inside, with the point after their key
	seen       []bool          // on this line
	everSeen   []bool
}

func newJSONLine(s *Schema, path string, columns []string) *jsonLine {
	n := len(columns)
	l := &jsonLine{
		record: record{path: path, values: make([]string, n)}, columns: columns, separators: s.separators(columns),
		at: map[string]int{}, objects: map[string]bool{}, seen: make([]bool, n), everSeen: make([]bool, n),
	}
	for i, name := range columns {
		l.at[name] = i
		for end, c := range name {
			if c == '.' {
				l.objects[name[:end+1]] = true
			}
		}
	}
	return l
}

// separators stand between the values of a list, by column: they are those of the fields.
func (s *Schema) separators(columns []string) []string {
	list := make([]string, len(columns))
	for i, name := range columns {
		list[i] = (&FieldSchema{}).separator()
		for j := range s.Fields {
			if f := &s.Fields[j]; f.column() == name && f.Kind == "list" {
				list[i] = f.separator()
			}
		}
	}
	return list
}

// take picks the values of the columns.
func (l *jsonLine) take(text []byte) error {
	if !json.Valid(text) {
		err := json.Unmarshal(text, new(json.RawMessage)) // which tells why
		return &SyntaxError{Path: l.path, Line: l.line, Err: fmt.Errorf("not JSON: %w", err)}
	}
	clear(l.seen)
	clear(l.values)
	s := jsonScanner{text: text}
	if s.peek() != '{' {
		return &SyntaxError{Path: l.path, Line: l.line, Value: shorten(string(text)), Err: errors.New("not a JSON object")}
	}
	return l.object(&s, "")
}

// object takes the columns that are in an object, whose key and point is the prefix.
func (l *jsonLine) object(s *jsonScanner, prefix string) error {
	for s.open(); s.more('}'); {
		raw := s.value()
		key, err := jsonText(raw)
		if err != nil {
			return l.fail("", string(raw), err)
		}
		s.skip(':')
		key = prefix + key
		at, wanted := l.at[key]
		switch {
		case wanted:
			raw = s.value()
			if err = l.cell(at, raw); err != nil {
				err = l.fail(key, string(raw), err)
			}
		case s.peek() == '{' && l.objects[key+"."]:
			err = l.object(s, key+".")
		default:
			s.value()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// cell takes the value of a column.
func (l *jsonLine) cell(at int, raw []byte) error {
	if l.seen[at] {
		return errTwice
	}
	l.seen[at], l.everSeen[at] = true, true
	if raw[0] != '[' {
		text, err := jsonText(raw)
		l.values[at] = text
		return err
	}
	items, err := jsonItems(&jsonScanner{text: raw}, l.separators[at], nil)
	l.values[at] = strings.Join(items, l.separators[at])
	return err
}

// checkColumns finds the columns that were nowhere.
func (l *jsonLine) checkColumns() error {
	for i, seen := range l.everSeen {
		if !seen {
			return &SyntaxError{Path: l.path, Column: l.columns[i], Err: fmt.Errorf("%w: no line has it", ErrUnknownColumn)}
		}
	}
	return nil
}
