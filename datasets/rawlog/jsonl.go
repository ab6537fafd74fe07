package rawlog

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

var (
	errObject    = errors.New("an object; a column is one of its keys, with a point between the names")
	errSeparator = errors.New("a value of the list has the separator in it")
	errOneEmpty  = errors.New("a list of one empty value, which is written as the empty list is")
)

// jsonLines reads lines that are JSON objects. Columns are their keys; those of an object inside
// have its key and a point before them. Numbers stay as they are written, so that ids keep all
// digits; true is 1 and false 0; null, and a key that is not there, is an empty cell. The values of
// an array, and of arrays in it, are joined by the separator of the column. A column that no line
// has is an ErrUnknownColumn.
type jsonLines struct{}

func (jsonLines) read(_ Format, lines *Lines, columns []Column, yield func(*Record, error) bool) error {
	l := newJSONLine(lines.Path, columns)
	read := 0
	for {
		text, err := lines.Next()
		switch {
		case err == io.EOF && read == 0:
			return &SyntaxError{Path: lines.Path, Err: ErrEmpty}
		case err == io.EOF:
			return l.checkColumns()
		case err == nil && len(strings.TrimSpace(string(text))) == 0:
			continue
		}
		read++
		l.Line = lines.Line
		if err == nil {
			err = l.take(text)
		}
		if !yield(&l.Record, err) || IsFatal(err) {
			return nil
		}
	}
}

// jsonLine is a line of a file of JSON lines.
type jsonLine struct {
	Record
	columns  []Column
	at       map[string]int
	objects  map[string]bool // with columns inside, with the point after their key
	seen     []bool          // on this line
	everSeen []bool
}

func newJSONLine(path string, columns []Column) *jsonLine {
	n := len(columns)
	l := &jsonLine{
		Record: Record{Path: path, Values: make([]string, n)}, columns: columns,
		at: map[string]int{}, objects: map[string]bool{}, seen: make([]bool, n), everSeen: make([]bool, n),
	}
	for i, column := range columns {
		l.at[column.Name] = i
		for end, c := range column.Name {
			if c == '.' {
				l.objects[column.Name[:end+1]] = true
			}
		}
	}
	return l
}

// take picks the values of the columns.
func (l *jsonLine) take(text []byte) error {
	if !json.Valid(text) {
		err := json.Unmarshal(text, new(json.RawMessage)) // which says why
		return l.Fail("", "", fmt.Errorf("not JSON: %w", err))
	}
	clear(l.seen)
	clear(l.Values)
	s := jsonScanner{text: text}
	if s.peek() != '{' {
		return l.Fail("", string(text), errors.New("not a JSON object"))
	}
	return l.object(&s, "")
}

// object takes the columns that are in an object. The prefix is the key of the object and a point.
func (l *jsonLine) object(s *jsonScanner, prefix string) error {
	for s.open(); s.more('}'); {
		raw := s.value()
		key, err := jsonText(raw)
		if err != nil {
			return l.Fail("", string(raw), err)
		}
		s.skip(':')
		key = prefix + key
		at, wanted := l.at[key]
		switch {
		case wanted:
			raw = s.value()
			if err = l.cell(at, raw); err != nil {
				err = l.Fail(key, string(raw), err)
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
		l.Values[at] = text
		return err
	}
	separator := l.columns[at].separator()
	items, err := jsonItems(&jsonScanner{text: raw}, separator, nil)
	l.Values[at] = strings.Join(items, separator)
	if err == nil && isOneEmpty(items) {
		err = errOneEmpty
	}
	return err
}

// isOneEmpty reports whether the values of a list would be read as those of an empty list.
func isOneEmpty(items []string) bool { return len(items) == 1 && items[0] == "" }

// checkColumns returns an error for a column that no line had.
func (l *jsonLine) checkColumns() error {
	for i, seen := range l.everSeen {
		if !seen {
			return &SyntaxError{Path: l.Path, Column: l.columns[i].Name, Err: fmt.Errorf("%w: no line has it", ErrUnknownColumn)}
		}
	}
	return nil
}

// find finds the keys of the first lines, in the order in which they come up.
func (jsonLines) find(_ *Format, lines *Lines) (list []Column, err error) {
	err = firstLines(lines, func(text []byte) error {
		if strings.TrimSpace(string(text)) == "" {
			return nil
		}
		if !json.Valid(text) {
			return lines.fail("", errors.New("not JSON"))
		}
		if s := (jsonScanner{text: text}); s.peek() == '{' {
			list = addJSONKeys(&s, "", list)
		}
		return nil
	})
	return list, err
}

// addJSONKeys adds the keys of an object. The prefix is the key of the object and a point.
func addJSONKeys(s *jsonScanner, prefix string, list []Column) []Column {
	for s.open(); s.more('}'); {
		key, _ := jsonText(s.value()) // a bad key makes no column
		s.skip(':')
		if key = prefix + key; s.peek() == '{' {
			list = addJSONKeys(s, key+".", list)
			continue
		}
		at := slices.IndexFunc(list, func(c Column) bool { return c.Name == key })
		if at < 0 {
			at, list = len(list), append(list, Column{Name: key})
		}
		if raw := s.value(); raw[0] == '[' {
			list[at].Separator = DefaultSeparator
		}
	}
	return list
}
