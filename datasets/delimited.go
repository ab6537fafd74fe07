package datasets

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// record is one line of a log: the values of the columns that the schema uses.
type record struct {
	path   string
	line   int
	values []string // by the position of the column in the list that was asked for
}

// fail is an error at a column of the record.
func (r *record) fail(column string, value string, err error) error {
	return &SyntaxError{Path: r.path, Line: r.line, Column: column, Value: shorten(value), Err: err}
}

// delimited yields the lines of a CSV or TSV file, quoted as RFC 4180 has it. The record is reused.
func (s *Schema) delimited(path string) log {
	return func(ctx context.Context, columns []string) iter.Seq2[*record, error] {
		return func(yield func(*record, error) bool) {
			file, err := openFile(ctx, path)
			if err != nil {
				yield(nil, err)
				return
			}
			defer file.Close()
			if err := s.readLines(path, file, columns, func(r *record) bool { return yield(r, nil) }); err != nil {
				yield(nil, err)
			}
		}
	}
}

func (s *Schema) readLines(path string, file io.Reader, columns []string, yield func(*record) bool) error {
	reader := csv.NewReader(bufio.NewReaderSize(file, 1<<18))
	reader.Comma = s.comma(path)
	reader.ReuseRecord = true
	line, err := reader.Read()
	if err == io.EOF {
		return &SyntaxError{Path: path, Err: ErrEmpty}
	}
	if err != nil {
		return syntaxError(path, err)
	}
	header, isHeader := s.header(line, columns)
	positions, err := locate(path, header, columns)
	if err != nil {
		return err
	}
	if len(line) != len(header) {
		return &SyntaxError{Path: path, Line: 1, Err: fmt.Errorf("%w: %d, want %d", ErrColumns, len(line), len(header))}
	}
	r := &record{path: path, values: make([]string, len(columns))}
	for first := true; ; first = false {
		if !first || isHeader {
			if line, err = reader.Read(); err == io.EOF {
				return nil
			} else if err != nil {
				return syntaxError(path, err)
			}
		}
		r.line, _ = reader.FieldPos(0)
		if err := r.take(line, positions, columns); err != nil {
			return err
		}
		if !yield(r) {
			return nil
		}
	}
}

// take picks the values of the columns that are used.
func (r *record) take(line []string, positions []int, columns []string) error {
	for i, at := range positions {
		if r.values[i] = line[at]; !utf8.ValidString(line[at]) || strings.IndexByte(line[at], 0) >= 0 {
			return r.fail(columns[i], line[at], ErrText)
		}
	}
	return nil
}

// header names the columns: by the first line, unless the schema knows them and the line does not
// hold the name of the first column that is asked for.
func (s *Schema) header(line, columns []string) (names []string, isHeader bool) {
	names = append(names, line...)
	names[0] = strings.TrimPrefix(names[0], "\ufeff") // the byte order mark of some exports
	if s.Columns != nil && !slices.Contains(names, columns[0]) {
		return s.Columns, false
	}
	return names, true
}

// locate finds the positions of columns in a header.
func locate(path string, header, columns []string) ([]int, error) {
	at := map[string]int{}
	for i, name := range header {
		if _, twice := at[name]; twice {
			return nil, &SyntaxError{Path: path, Line: 1, Column: name, Err: errors.New("the column stands twice in the header")}
		}
		at[name] = i
	}
	positions := make([]int, len(columns))
	for i, name := range columns {
		position, known := at[name]
		if !known {
			return nil, &SyntaxError{Path: path, Line: 1, Column: name, Err: fmt.Errorf("%w; there are: %s", ErrUnknownColumn, shorten(strings.Join(header, ", ")))}
		}
		positions[i] = position
	}
	return positions, nil
}

func (s *Schema) comma(path string) rune {
	if s.Delimiter != "" {
		return rune(s.Delimiter[0])
	}
	if strings.Contains(path, ".tsv") || strings.Contains(path, ".txt") {
		return '\t'
	}
	return ','
}

// syntaxError gives the place of an error of encoding/csv, or of the reader below it.
func syntaxError(path string, err error) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return &SyntaxError{Path: path, Err: err}
	}
	if errors.Is(err, csv.ErrFieldCount) {
		return &SyntaxError{Path: path, Line: parse.StartLine, Err: ErrColumns}
	}
	return &SyntaxError{Path: path, Line: parse.Line, Err: parse.Err}
}
