package datasets

import (
	"errors"
	"strings"
)

var (
	errBareQuote = errors.New(`a quote (") inside a value that does not begin with one`)
	errQuote     = errors.New(`text after the closing quote (") of a value`)
	errOpenQuote = errors.New(`a quote (") that is never closed`)
)

// csvReader splits lines into cells, quoted as RFC 4180 has it unless told otherwise: a cell that begins with a quote
// ends with one, and between them two quotes are one, and separators and ends of lines are text.
// Empty lines are left out. Unlike encoding/csv it bounds what an open quote can swallow, and goes
// on after a bad line with the next one.
type csvReader struct {
	lines     *lineReader
	separator string
	unquoted  bool     // quotes are text
	start     int      // line on which the last cells began
	cells     []string // of the last call; reused
}

// read is the cells of the next line; io.EOF after the last one.
func (c *csvReader) read() ([]string, error) {
	for {
		text, err := c.lines.next()
		if err != nil {
			return nil, err
		}
		if len(text) == 0 {
			continue
		}
		c.start = c.lines.line
		c.cells = c.cells[:0]
		line := string(text)
		if c.unquoted || strings.IndexByte(line, '"') < 0 {
			c.splitPlain(line)
			return c.cells, nil
		}
		if err := c.splitQuoted(line); err != nil {
			return nil, err
		}
		return c.cells, nil
	}
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

// plain takes a cell without quotes off a line; the rest begins with a separator or is empty.
func (c *csvReader) plain(line string) (cell, rest string) {
	if at := strings.IndexByte(line, c.separator[0]); at >= 0 {
		return line[:at], line[at:]
	}
	return line, ""
}

// quoted takes the rest of a quoted cell off a line, and reads more lines if it goes on there.
func (c *csvReader) quoted(line string) (cell, rest string, err error) {
	var text strings.Builder
	for {
		at := strings.IndexByte(line, '"')
		switch {
		case at < 0:
			text.WriteString(line)
			text.WriteByte('\n')
			next, err := c.lines.next()
			if err != nil || text.Len() > maxLine {
				return "", "", &SyntaxError{Path: c.lines.path, Line: c.start, Err: errOpenQuote}
			}
			line = string(next)
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

func (c *csvReader) fail(value string, err error) error {
	return &SyntaxError{Path: c.lines.path, Line: c.lines.line, Value: shorten(value), Err: err}
}
