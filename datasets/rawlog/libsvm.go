package rawlog

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Columns of a libsvm file that the format does not name.
const (
	libsvmLabel    = "label"
	libsvmFeatures = "features"
)

var (
	errPair   = errors.New("want index:value")
	errWeight = errors.New("a feature that stands for a value of a field must have the weight 1")
)

// libsvm reads lines of a label and index:value pairs with spaces between them; what follows a
// # is a comment. The labels +1 and -1 are 1 and 0.
//
// Click logs in this form have one feature for each field, in the order of the fields. The
// format's Columns name the label and then the fields: the value of a field is the index of its
// feature, whose weight must be 1, and every line must have as many features as there are fields.
//
// Without Columns there are the columns label; features, all indices of the line with spaces
// between them, for a list; and for each index, as 17, the weight there, empty if there is none.
type libsvm struct{}

func (libsvm) read(f Format, lines *Lines, columns []Column, yield func(*Record, error) bool) error {
	if err := f.checkLibsvm(lines.Path, columns); err != nil {
		return err
	}
	l := &libsvmLine{names: f.Columns, columns: columns}
	l.Record = Record{Path: lines.Path, Values: make([]string, len(columns))}
	for read := false; ; {
		text, err := lines.Next()
		switch {
		case err == io.EOF && !read:
			return &SyntaxError{Path: lines.Path, Err: ErrEmpty}
		case err == io.EOF:
			return nil
		}
		l.Line = lines.Line
		if err == nil {
			if err = l.split(string(text)); l.words == nil && err == nil {
				continue
			}
		}
		read = true
		if err == nil {
			err = l.take()
		}
		if !yield(&l.Record, err) || IsFatal(err) {
			return nil
		}
	}
}

// checkLibsvm returns an error for a column that no libsvm file of this format has.
func (f *Format) checkLibsvm(path string, columns []Column) error {
	known := func(name string) bool {
		return name == libsvmLabel || name == libsvmFeatures || isIndex(name)
	}
	if f.Columns != nil {
		known = func(name string) bool { return slices.Contains(f.Columns, name) }
	}
	for _, c := range columns {
		if !known(c.Name) {
			return &SyntaxError{Path: path, Column: c.Name, Err: fmt.Errorf("%w of a libsvm file", ErrUnknownColumn)}
		}
	}
	return nil
}

// libsvmLine is a line of a libsvm file.
type libsvmLine struct {
	Record
	names   []string // of the label and the fields; nil if the indices are meant
	columns []Column // that are asked for
	words   []string // the label and the pairs; nil if the line is empty
}

func (l *libsvmLine) split(text string) error {
	text, _, _ = strings.Cut(text, "#")
	l.words = nil
	if !IsText(text) {
		return l.Fail("", text, ErrText)
	}
	if words := strings.Fields(text); len(words) > 0 {
		l.words = words
	}
	return nil
}

// take picks the values of the columns.
func (l *libsvmLine) take() error {
	if l.names != nil && len(l.words) != len(l.names) {
		return l.Fail("", "", fmt.Errorf("%w: %d, want %d", ErrColumns, len(l.words), len(l.names)))
	}
	for i, c := range l.columns {
		value, err := l.value(c.Name)
		if err != nil {
			return l.Fail(c.Name, value, err)
		}
		l.Values[i] = value
	}
	return nil
}

// value returns the value of a column, or with an error the text at its place.
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

// oneHot returns the index of a pair whose weight is 1.
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

// find makes a column of each feature if all lines have as many of weight 1, and else a list of the
// features, if all weights are 1.
func (libsvm) find(f *Format, lines *Lines) (list []Column, err error) {
	width, same := 0, true
	err = firstLines(lines, func(text []byte) error {
		l := &libsvmLine{Record: Record{Path: lines.Path, Line: lines.Line}}
		if err := l.split(string(text)); err != nil || l.words == nil {
			return err
		}
		if _, err := l.features(); err != nil {
			return l.Fail("", string(text), err)
		}
		same = same && (width == 0 || width == len(l.words))
		width = len(l.words)
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case !same:
		return []Column{{Name: libsvmLabel}, {Name: libsvmFeatures, Separator: " "}}, nil
	}
	for i := range width {
		name := libsvmLabel
		if i > 0 {
			name = fmt.Sprintf("field%d", i)
		}
		f.Columns = append(f.Columns, name)
		list = append(list, Column{Name: name})
	}
	return list, nil
}
