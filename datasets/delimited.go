package datasets

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"iter"
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
func (s *Schema) delimited(path string, columns []string) iter.Seq2[*record, error] {
	return func(yield func(*record, error) bool) {
		file, err := openFile(path)
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

func (s *Schema) readLines(path string, file io.Reader, columns []string, yield func(*record) bool) error {
	reader := csv.NewReader(bufio.NewReaderSize(file, 1<<18))
	reader.Comma = s.comma(path)
	reader.ReuseRecord = true
	positions, err := s.locate(path, reader, columns)
	if err != nil {
		return err
	}
	r := &record{path: path, values: make([]string, len(columns))}
	for {
		line, err := reader.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return syntaxError(path, err)
		}
		r.line, _ = reader.FieldPos(0)
		for i, at := range positions {
			if r.values[i] = line[at]; !utf8.ValidString(line[at]) || strings.IndexByte(line[at], 0) >= 0 {
				return r.fail(columns[i], line[at], ErrText)
			}
		}
		if !yield(r) {
			return nil
		}
	}
}

// locate finds the columns in the header, or in the schema's own list.
func (s *Schema) locate(path string, reader *csv.Reader, columns []string) ([]int, error) {
	header := s.Columns
	if header == nil {
		first, err := reader.Read()
		if err == io.EOF {
			return nil, &SyntaxError{Path: path, Err: ErrEmpty}
		}
		if err != nil {
			return nil, syntaxError(path, err)
		}
		header = append(header, first...)
		header[0] = strings.TrimPrefix(header[0], "\ufeff") // the byte order mark of some exports
	}
	reader.FieldsPerRecord = len(header)
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
			return nil, &SyntaxError{Path: path, Line: 1, Column: name, Err: ErrUnknownColumn, Value: "there are: " + strings.Join(header, ", ")}
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
