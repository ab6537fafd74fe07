package datasets

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Columns of a libsvm file that the schema does not name.
const (
	libsvmLabel    = "label"
	libsvmFeatures = "features"
)

var (
	errPair   = errors.New("want index:value")
	errWeight = errors.New("a feature that stands for a value of a field must have the weight 1")
)

// readLibsvm reads lines of a label and index:value pairs with spaces between them; what follows a
// # is a comment. The labels +1 and -1 are 1 and 0.
//
// Click logs in this form have one feature for each field, in the order of the fields. The
// schema's Columns name the label and then the fields: the value of a field is the index of its
// feature, whose weight must be 1, and every line must have as many features as there are fields.
//
// Without Columns there are the columns label; features, all indices of the line with spaces
// between them, for a list; and for each index, as 17, the weight there, empty if there is none.
func (s *Schema) readLibsvm(lines *lineReader, columns []string, yield func(*record, error) bool) error {
	if err := s.checkLibsvm(lines.path, columns); err != nil {
		return err
	}
	l := &libsvmLine{names: s.Columns, columns: columns}
	l.record = record{path: lines.path, values: make([]string, len(columns))}
	for read := false; ; {
		text, err := lines.next()
		switch {
		case err == io.EOF && !read:
			return &SyntaxError{Path: lines.path, Err: ErrEmpty}
		case err == io.EOF:
			return nil
		}
		l.line = lines.line
		if err == nil {
			if err = l.split(string(text)); l.words == nil && err == nil {
				continue
			}
		}
		read = true
		if err == nil {
			err = l.take()
		}
		if !yield(&l.record, err) || isFatal(err) {
			return nil
		}
	}
}

// checkLibsvm makes sure that all columns can be there.
func (s *Schema) checkLibsvm(path string, columns []string) error {
	known := func(name string) bool {
		return name == libsvmLabel || name == libsvmFeatures || isIndex(name)
	}
	if s.Columns != nil {
		known = func(name string) bool { return slices.Contains(s.Columns, name) }
	}
	for _, name := range columns {
		if !known(name) {
			return &SyntaxError{Path: path, Column: name, Err: fmt.Errorf("%w of a libsvm file", ErrUnknownColumn)}
		}
	}
	return nil
}

// libsvmLine is a line of a libsvm file.
type libsvmLine struct {
	record
	names   []string // of the label and the fields; nil if the indices are meant
	columns []string // that are asked for
	words   []string // the label and the pairs; none of an empty line
}

func (l *libsvmLine) split(text string) error {
	text, _, _ = strings.Cut(text, "#")
	l.words = nil
	if !isText(text) {
		return &SyntaxError{Path: l.path, Line: l.line, Value: shorten(text), Err: ErrText}
	}
	if words := strings.Fields(text); len(words) > 0 {
		l.words = words
	}
	return nil
}

// take picks the values of the columns.
func (l *libsvmLine) take() error {
	if l.names != nil && len(l.words) != len(l.names) {
		return &SyntaxError{Path: l.path, Line: l.line, Err: fmt.Errorf("%w: %d, want %d", ErrColumns, len(l.words), len(l.names))}
	}
	for i, name := range l.columns {
		value, err := l.value(name)
		if err != nil {
			return l.fail(name, value, err)
		}
		l.values[i] = value
	}
	return nil
}

// value is that of a column. With an error it is what stands there.
func (l *libsvmLine) value(name string) (string, error) {
	at := slices.Index(l.names, name)
	switch {
	case at == 0 || l.names == nil && name == libsvmLabel:
		return libsvmLabels(l.words[0]), nil
	case at > 0:
		return oneHot(l.words[at])
	case name == libsvmFeatures:
		return l.features()
	}
	return l.weight(name)
}

func libsvmLabels(word string) string {
	switch word {
	case "+1":
		return "1"
	case "-1":
		return "0"
	}
	return word
}

// oneHot is the index of a pair whose weight is 1.
func oneHot(pair string) (string, error) {
	index, weight, err := splitPair(pair)
	switch {
	case err != nil:
		return pair, err
	case weight != "1":
		return pair, errWeight
	}
	return index, nil
}

func (l *libsvmLine) features() (string, error) {
	var list strings.Builder
	for i, pair := range l.words[1:] {
		index, err := oneHot(pair)
		if err != nil {
			return index, err
		}
		if i > 0 {
			list.WriteByte(' ')
		}
		list.WriteString(index)
	}
	return list.String(), nil
}

func (l *libsvmLine) weight(wanted string) (found string, err error) {
	for _, pair := range l.words[1:] {
		index, weight, err := splitPair(pair)
		switch {
		case err != nil:
			return pair, err
		case index == wanted && found != "":
			return pair, errTwice
		case index == wanted:
			found = weight
		}
	}
	return found, nil
}

func splitPair(pair string) (index, weight string, err error) {
	index, weight, _ = strings.Cut(pair, ":")
	if !isIndex(index) || weight == "" {
		return "", "", errPair
	}
	return index, weight, nil
}

func isIndex(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
