package datasets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// findColumns finds the columns of a file, and sets what of the schema is needed to read them.
func (s *Schema) findColumns(ctx context.Context, path string) ([]*columnFacts, error) {
	format := s.format(path)
	if format == "parquet" {
		return findParquetColumns(path)
	}
	file, err := openFile(ctx, path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines := newLineReader(path, file)
	switch format {
	case "jsonl":
		return findJSONColumns(lines)
	case "libsvm":
		return s.findLibsvmColumns(lines)
	}
	return s.findHeader(lines)
}

// findHeader reads the header of a CSV or TSV file. Its delimiter is a rarer one if the usual one
// is not there.
func (s *Schema) findHeader(lines *lineReader) (list []*columnFacts, err error) {
	text, err := lines.next()
	if err == io.EOF {
		return nil, &SyntaxError{Path: lines.path, Err: ErrEmpty}
	} else if err != nil {
		return nil, err
	}
	header := string(text)
	if !strings.Contains(header, s.separator(lines.path)) {
		for _, c := range []string{"\t", ";", "|", ","} {
			if strings.Contains(header, c) {
				s.Delimiter = c
				break
			}
		}
	}
	one := &csvReader{lines: newLineReader(lines.path, strings.NewReader(header)), separator: s.separator(lines.path)}
	names, err := one.read()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, err := strconv.ParseFloat(name, 64); err == nil || name == "" || !isText(name) {
			return nil, &SyntaxError{Path: lines.path, Line: 1, Value: shorten(name), Err: errors.New("the first line is no header: write a schema with the names of the columns")}
		}
		list = append(list, newColumnFacts(name))
	}
	return list, nil
}

// linesForColumns is how many lines are looked at for the columns of JSON lines and libsvm.
const linesForColumns = 1000

// eachLine goes through the first lines.
func eachLine(lines *lineReader, do func(text []byte) error) error {
	for range linesForColumns {
		text, err := lines.next()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = do(text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// findJSONColumns finds the keys, in the order in which they come up.
func findJSONColumns(lines *lineReader) (list []*columnFacts, err error) {
	err = eachLine(lines, func(text []byte) error {
		if strings.TrimSpace(string(text)) == "" {
			return nil
		}
		if !json.Valid(text) {
			return &SyntaxError{Path: lines.path, Line: lines.line, Err: errors.New("not JSON")}
		}
		if s := (jsonScanner{text: text}); s.peek() == '{' {
			list = addJSONKeys(&s, "", list)
		}
		return nil
	})
	return list, err
}

func addJSONKeys(s *jsonScanner, prefix string, list []*columnFacts) []*columnFacts {
	for s.open(); s.more('}'); {
		key, _ := jsonText(s.value()) // of a bad key there is no column
		s.skip(':')
		if key = prefix + key; s.peek() == '{' {
			list = addJSONKeys(s, key+".", list)
			continue
		}
		at := slices.IndexFunc(list, func(c *columnFacts) bool { return c.name == key })
		if at < 0 {
			at, list = len(list), append(list, newColumnFacts(key))
		}
		if raw := s.value(); raw[0] == '[' {
			list[at].list = true
		}
	}
	return list
}

// findLibsvmColumns takes the features for fields if all lines have as many of weight 1, and else
// for a list, if all weights are 1.
func (s *Schema) findLibsvmColumns(lines *lineReader) (list []*columnFacts, err error) {
	width, same := 0, true
	err = eachLine(lines, func(text []byte) error {
		l := &libsvmLine{record: record{path: lines.path, line: lines.line}}
		if err := l.split(string(text)); err != nil || l.words == nil {
			return err
		}
		if _, err := l.features(); err != nil {
			return l.fail("", string(text), err)
		}
		same = same && (width == 0 || width == len(l.words))
		width = len(l.words)
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case !same:
		features := newColumnFacts(libsvmFeatures)
		features.list, features.separator = true, " "
		return []*columnFacts{newColumnFacts(libsvmLabel), features}, nil
	}
	for i := range width {
		name := libsvmLabel
		if i > 0 {
			name = fmt.Sprintf("field%d", i)
		}
		s.Columns = append(s.Columns, name)
		list = append(list, newColumnFacts(name))
	}
	return list, nil
}

func findParquetColumns(path string) (list []*columnFacts, err error) {
	file, pf, err := openParquetFile(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	for _, names := range pf.Schema().Columns() {
		leaf, _ := pf.Schema().Lookup(names...)
		if _, err := newParquetCell(leaf, ""); err != nil {
			continue // no field can be made of it
		}
		c := newColumnFacts(parquetName(pf.Schema(), names))
		c.list = leaf.MaxRepetitionLevel > 0
		list = append(list, c)
	}
	return list, nil
}
