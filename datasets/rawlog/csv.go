package rawlog

import (
	"errors"
	"slices"
	"strings"
)

var (
	errBareQuote = errors.New(`a quote (") inside a value that does not begin with one`)
	errQuote     = errors.New(`text after the closing quote (") of a value`)
	errOpenQuote = errors.New(`a quote (") that is never closed`)
)

// csvReader splits lines into cells, quoted as in RFC 4180 if quotes are not text: a cell that begins
// with a quote ends with one; between them two quotes are one quote, and separators and ends of lines
// are text. It skips empty lines. Unlike encoding/csv it bounds what an open quote can swallow, and
// after a bad line it goes on with the next line, whatever a quote in the bad one had swallowed.
type csvReader struct {
	lines     *Lines
	separator string
	unquoted  bool     // quotes are text
	start     int      // the line on which the last cells began
	cells     []string // of the last call; reused
	swallowed []string // by the quotes of the last cells: the lines after the one on which they began
	again     []string // lines that were given back, and are read again
	line      int      // the number of the last line read
}

// read returns the cells of the next line, and io.EOF after the last one.
func (c *csvReader) read() ([]string, error) {
	c.swallowed = c.swallowed[:0]
	for {
		line, err := c.next()
		if err != nil {
			c.start = c.line
			return nil, err
		}
		if line == "" {
			continue
		}
		c.start = c.line
		c.cells = c.cells[:0]
		if c.unquoted || strings.IndexByte(line, '"') < 0 {
			c.splitPlain(line)
			return c.cells, nil
		}
		if err := c.splitQuoted(line); err != nil {
			c.giveBack()
			return nil, err
		}
		return c.cells, nil
	}
}

// next returns the next line.
func (c *csvReader) next() (string, error) {
	if len(c.again) > 0 {
		line := c.again[0]
		c.again = c.again[1:]
		c.line++
		return line, nil
	}
	text, err := c.lines.Next()
	c.line = c.lines.Line
	return string(text), err
}

// giveBack lets the lines be read again that the quotes of the last cells have swallowed.
func (c *csvReader) giveBack() {
	c.again = append(slices.Clone(c.swallowed), c.again...)
	c.line -= len(c.swallowed)
	c.swallowed = c.swallowed[:0]
}

// fail returns an error at the last line.
func (c *csvReader) fail(value string, err error) error {
	return &SyntaxError{Path: c.lines.Path, Line: c.line, Value: value, Err: err}
}

func (c *csvReader) splitPlain(line string) {
	for {
		at := strings.IndexByte(line, c.separator[0])
		if at < 0 {
			c.cells = append(c.cells, line)
			return
		}
		c.cells = append(c.cells, line[:at])
		line = line[at+1:]
	}
}

func (c *csvReader) splitQuoted(line string) error {
	for {
		var cell string
		var err error
		if strings.HasPrefix(line, `"`) {
			cell, line, err = c.quoted(line[1:])
		} else if cell, line = c.plain(line); strings.Contains(cell, `"`) {
			err = c.fail(cell, errBareQuote)
		}
		if err != nil {
			return err
		}
		c.cells = append(c.cells, cell)
		if line == "" {
			return nil
		}
		line = line[1:]
	}
}

// plain cuts a cell without quotes off a line; the rest begins with a separator or is empty.
func (c *csvReader) plain(line string) (cell, rest string) {
	if at := strings.IndexByte(line, c.separator[0]); at >= 0 {
		return line[:at], line[at:]
	}
	return line, ""
}

// quoted cuts the rest of a quoted cell off a line. It reads more lines if the cell goes on there.
func (c *csvReader) quoted(line string) (cell, rest string, err error) {
	var text strings.Builder
	for {
		at := strings.IndexByte(line, '"')
		switch {
		case at < 0:
			text.WriteString(line)
			text.WriteByte('\n')
			next, err := c.next()
			if err == nil {
				c.swallowed = append(c.swallowed, next)
			}
			if err != nil || text.Len() > maxLine {
				return "", "", &SyntaxError{Path: c.lines.Path, Line: c.start, Err: errOpenQuote}
			}
			line = next
		case strings.HasPrefix(line[at+1:], `"`):
			text.WriteString(line[:at+1])
			line = line[at+2:]
		case len(line) > at+1 && line[at+1] != c.separator[0]:
			return "", "", c.fail(line[at:], errQuote)
		default:
			text.WriteString(line[:at])
			return text.String(), line[at+1:], nil
		}
	}
}
