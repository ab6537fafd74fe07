package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
)

// libsvm is the log of a file of lines "label index:value index:value ...". Its columns are
//
//	label    0 or 1; a label of -1 is 0
//	1, 2 ..  the index of the first, second ... pair of the line, whose value must be 1: a field of
//	         a log that was turned into indices has one pair in each line
//	indices  all indices, as a list with "|" between
//	#7       the value of index 7; empty if the line does not have it
func libsvm(path string) log {
	return func(ctx context.Context, columns []string) iter.Seq2[*record, error] {
		return func(yield func(*record, error) bool) {
			file, err := openFile(ctx, path)
			if err != nil {
				yield(nil, err)
				return
			}
			defer file.Close()
			l := &libsvmReader{record: record{path: path, values: make([]string, len(columns))}}
			if l.cells, err = libsvmCells(path, columns); err != nil {
				yield(nil, err)
				return
			}
			lines := newLineReader(path, file)
			for {
				text, err := lines.next()
				if err == io.EOF {
					return
				}
				if l.record.line = lines.line; err == nil {
					err = l.take(string(text))
				}
				if !yield(&l.record, err) || isFatal(err) {
					return
				}
			}
		}
	}
}

// libsvmLine is a line that was taken apart.
type libsvmLine struct {
	label           string
	indices, values []string
}

// libsvmReader fills a record from lines.
type libsvmReader struct {
	record record
	cells  []func(*libsvmLine) (string, error)
	line   libsvmLine
}

// libsvmCells say how the columns are found in a line.
func libsvmCells(path string, columns []string) (cells []func(*libsvmLine) (string, error), err error) {
	for _, name := range columns {
		value, isValue := strings.CutPrefix(name, "#")
		n, err := strconv.Atoi(name)
		switch {
		case name == "label":
			cells = append(cells, func(l *libsvmLine) (string, error) { return l.label, nil })
		case name == "indices":
			cells = append(cells, func(l *libsvmLine) (string, error) { return strings.Join(l.indices, "|"), nil })
		case isValue:
			cells = append(cells, func(l *libsvmLine) (string, error) { return l.value(value), nil })
		case err == nil && n > 0:
			cells = append(cells, func(l *libsvmLine) (string, error) { return l.index(n) })
		default:
			return nil, &SyntaxError{Path: path, Column: name, Err: fmt.Errorf("%w; libsvm has label, 1, 2 ..., indices, #1, #2 ...", ErrUnknownColumn)}
		}
	}
	return cells, nil
}

func (l *libsvmReader) take(text string) error {
	if !isText(text) {
		return l.record.fail("", text, ErrText)
	}
	if err := l.line.parse(text); err != nil {
		return l.record.fail("", text, err)
	}
	for i, cell := range l.cells {
		value, err := cell(&l.line)
		if err != nil {
			return l.record.fail("", text, err)
		}
		l.record.values[i] = value
	}
	return nil
}

func (l *libsvmLine) parse(text string) error {
	l.indices, l.values = l.indices[:0], l.values[:0]
	l.label = ""
	for word := range strings.FieldsSeq(text) {
		if l.label == "" {
			l.label = strings.TrimPrefix(word, "+")
			if l.label == "-1" {
				l.label = "0"
			}
			continue
		}
		index, value, found := strings.Cut(word, ":")
		if _, err := strconv.ParseUint(index, 10, 64); err != nil || !found {
			return fmt.Errorf("want pairs index:value, got %q", shorten(word))
		}
		l.indices, l.values = append(l.indices, index), append(l.values, value)
	}
	if l.label == "" {
		return errors.New("an empty line")
	}
	return nil
}

// index is that of the n-th pair.
func (l *libsvmLine) index(n int) (string, error) {
	if n > len(l.indices) {
		return "", fmt.Errorf("%w: %d pairs, want at least %d", ErrColumns, len(l.indices), n)
	}
	if l.values[n-1] != "1" {
		return "", fmt.Errorf("pair %d has the value %q, want 1", n, shorten(l.values[n-1]))
	}
	return l.indices[n-1], nil
}

// value is that of an index.
func (l *libsvmLine) value(index string) string {
	for i, at := range l.indices {
		if at == index {
			return l.values[i]
		}
	}
	return ""
}
