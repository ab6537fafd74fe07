package datasets

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// record is one line of a log, or one row of a Parquet file: the values of the columns that the
// schema uses.
type record struct {
	path   string
	line   int
	values []string // by the position of the column in the list that was asked for
}

// fail is an error at a column of the record.
func (r *record) fail(column string, value string, err error) error {
	return &SyntaxError{Path: r.path, Line: r.line, Column: column, Value: shorten(value), Err: err}
}

// readDelimited reads CSV or TSV, quoted as RFC 4180 has it.
func (s *Schema) readDelimited(lines *lineReader, columns []string, yield func(*record, error) bool) error {
	path := lines.path
	reader := &csvReader{lines: lines, separator: s.separator(path), unquoted: s.Unquoted}
	header, cells, err := s.readHeader(reader, columns)
	if err != nil {
		return err
	}
	positions, err := locate(path, header, columns)
	if err != nil {
		return err
	}
	r := &record{path: path, values: make([]string, len(columns))}
	for ; ; cells = nil {
		if cells == nil {
			cells, err = reader.read()
		}
		if err == io.EOF {
			return nil
		}
		r.line = reader.start
		if err == nil {
			err = r.take(cells, len(header), positions, columns)
		}
		if !yield(r, err) {
			return nil
		}
		if isFatal(err) {
			return nil
		}
	}
}

// isFatal says whether nothing more can be read after an error.
func isFatal(err error) bool {
	var syntax *SyntaxError
	return err != nil && (!errors.As(err, &syntax) || syntax.fatal || syntax.Line == 0)
}

// take picks the values of the columns that are used.
func (r *record) take(cells []string, width int, positions []int, columns []string) error {
	if len(cells) != width {
		return &SyntaxError{Path: r.path, Line: r.line, Err: fmt.Errorf("%w: %d, want %d", ErrColumns, len(cells), width)}
	}
	for i, at := range positions {
		if r.values[i] = cells[at]; !isText(cells[at]) {
			return r.fail(columns[i], cells[at], ErrText)
		}
	}
	return nil
}

// readHeader names the columns: by the first line, unless the schema knows them and the line does
// not hold the name of the first column that is asked for. The line is then returned, as data.
func (s *Schema) readHeader(reader *csvReader, columns []string) (names, data []string, err error) {
	line, err := reader.read()
	path := reader.lines.path
	switch {
	case err == io.EOF:
		return nil, nil, &SyntaxError{Path: path, Err: ErrEmpty}
	case err != nil:
		return nil, nil, fatal(err)
	case s.Columns == nil || slices.Contains(line, columns[0]):
		return slices.Clone(line), nil, nil
	case len(line) != len(s.Columns):
		return nil, nil, fatal(&SyntaxError{Path: path, Line: 1, Err: fmt.Errorf("%w: %d, want %d", ErrColumns, len(line), len(s.Columns))})
	}
	return s.Columns, line, nil
}

// fatal marks an error as one after which nothing more can be read.
func fatal(err error) error {
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		syntax.fatal = true
	}
	return err
}

// locate finds the positions of columns in a header.
func locate(path string, header, columns []string) ([]int, error) {
	fail := func(name string, err error) error {
		return fatal(&SyntaxError{Path: path, Line: 1, Column: name, Err: err})
	}
	at := map[string]int{}
	for i, name := range header {
		if _, twice := at[name]; twice {
			return nil, fail(name, errTwice)
		}
		at[name] = i
	}
	positions := make([]int, len(columns))
	for i, name := range columns {
		position, known := at[name]
		if !known {
			return nil, fail(name, fmt.Errorf("%w; there are: %s", ErrUnknownColumn, shorten(strings.Join(header, ", "))))
		}
		positions[i] = position
	}
	return positions, nil
}

// separator stands between the columns of a file.
func (s *Schema) separator(path string) string {
	switch {
	case s.Delimiter != "":
		return s.Delimiter
	case s.format(path) == "tsv":
		return "\t"
	}
	return ","
}
