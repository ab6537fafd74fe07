package rawlog

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// delimited reads CSV and TSV, quoted as in RFC 4180, with a usual separator of columns.
type delimited struct{ usual string }

// separator goes between the columns of a file.
func (d delimited) separator(f *Format) string {
	if f.Delimiter != "" {
		return f.Delimiter
	}
	return d.usual
}

func (d delimited) read(f Format, lines *Lines, columns []Column, yield func(*Record, error) bool) error {
	reader := &csvReader{lines: lines, separator: d.separator(&f), unquoted: f.Unquoted}
	header, cells, err := readHeader(reader, f.Columns, columns)
	if err != nil {
		return err
	}
	positions, err := locate(lines.Path, header, columns)
	if err != nil {
		return err
	}
	r := &Record{Path: lines.Path, Values: make([]string, len(columns))}
	for ; ; cells = nil {
		if cells == nil {
			cells, err = reader.read()
		}
		if err == io.EOF {
			return nil
		}
		r.Line = reader.start
		if err == nil {
			if err = r.take(cells, len(header), positions, columns); err != nil {
				reader.giveBack() // a quote that does not belong there may have swallowed them
			}
		}
		if !yield(r, err) {
			return nil
		}
		if IsFatal(err) {
			return nil
		}
	}
}

// take picks the values of the columns that are used.
func (r *Record) take(cells []string, width int, positions []int, columns []Column) error {
	if len(cells) != width {
		return r.Fail("", "", fmt.Errorf("%w: %d, want %d", ErrColumns, len(cells), width))
	}
	for i, at := range positions {
		if r.Values[i] = cells[at]; !IsText(cells[at]) {
			return r.Fail(columns[i].Name, cells[at], ErrText)
		}
	}
	return nil
}

// readHeader returns the names of the columns: those of the first line, unless the format knows them
// and the line is not a header. It then also returns the line, which is data. A header has all columns that are asked for,
// and either all that are known or no others: a row may have a name among its values.
func readHeader(reader *csvReader, known []string, columns []Column) (names, data []string, err error) {
	line, err := reader.read()
	asked := make([]string, len(columns))
	for i, c := range columns {
		asked[i] = c.Name
	}
	path := reader.lines.Path
	switch {
	case err == io.EOF:
		return nil, nil, &SyntaxError{Path: path, Err: ErrEmpty}
	case err != nil:
		return nil, nil, fatal(err)
	case known == nil || holdsAll(line, asked) && (holdsAll(line, known) || holdsAll(known, line)):
		return slices.Clone(line), nil, nil
	case len(line) != len(known):
		return nil, nil, &SyntaxError{Path: path, Line: 1, Err: fmt.Errorf("%w: %d, want %d", ErrColumns, len(line), len(known)), Fatal: true}
	}
	return known, line, nil
}

// holdsAll reports whether all names are among the cells of a line.
func holdsAll(cells, names []string) bool {
	for _, name := range names {
		if !slices.Contains(cells, name) {
			return false
		}
	}
	return true
}

// locate finds the positions of columns in a header.
func locate(path string, header []string, columns []Column) ([]int, error) {
	fail := func(name string, err error) error {
		return &SyntaxError{Path: path, Line: 1, Column: name, Err: err, Fatal: true}
	}
	at := map[string]int{}
	for i, name := range header {
		if _, twice := at[name]; twice {
			return nil, fail(name, errTwice)
		}
		at[name] = i
	}
	positions := make([]int, len(columns))
	for i, c := range columns {
		position, known := at[c.Name]
		if !known {
			return nil, fail(c.Name, fmt.Errorf("%w; there are: %s", ErrUnknownColumn, shorten(strings.Join(header, ", "))))
		}
		positions[i] = position
	}
	return positions, nil
}

// find reads the header line. If the usual separator is not in it, a rarer one becomes the delimiter.
func (d delimited) find(f *Format, lines *Lines) (list []Column, err error) {
	text, err := lines.Next()
	if err == io.EOF {
		return nil, &SyntaxError{Path: lines.Path, Err: ErrEmpty}
	} else if err != nil {
		return nil, err
	}
	header := string(text)
	if !strings.Contains(header, d.separator(f)) {
		for _, c := range []string{"\t", ";", "|", ","} {
			if strings.Contains(header, c) {
				f.Delimiter = c
				break
			}
		}
	}
	one := &csvReader{lines: NewLines(lines.Path, strings.NewReader(header)), separator: d.separator(f)}
	names, err := one.read()
	if err != nil {
		return nil, err
	}
	if isData(names) {
		for i := range names {
			f.Columns = append(f.Columns, MadeUpName(i))
		}
		names = f.Columns
	}
	for _, name := range names {
		if name == "" || !IsText(name) {
			return nil, lines.fail(name, errors.New("the first line is no header: write a schema with the names of the columns"))
		}
		list = append(list, Column{Name: name})
	}
	return list, nil
}

// isData says whether the first line of a file is no header: a number is no name of a column.
func isData(cells []string) bool {
	return slices.ContainsFunc(cells, func(cell string) bool {
		_, err := strconv.ParseFloat(cell, 64)
		return err == nil
	})
}

// MadeUpName is the name of a column, counted from 0, of a file without a header line, see FindColumns.
func MadeUpName(column int) string { return fmt.Sprintf("column_%d", column+1) }
