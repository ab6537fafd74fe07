package encode

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unsafe"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
)

// Cells are the cells of a column in memory: one for each sample, or one that counts for all of them. One of the slices
// has them, and the others are nil. Numbers and lists become the texts that a log would have, so that a sample gets the ids
// that it gets from a file.
type Cells struct {
	Column  string     // its name in the log
	Texts   []string   // as in a log; an empty text is an empty cell
	Ints    []int64    // whole numbers
	Floats  []float32  // numbers; NaN is an empty cell
	Doubles []float64  // numbers; NaN is an empty cell
	Lists   [][]string // the values of lists, which must not have the separator of the column in them
}

// Len returns the number of cells.
func (c *Cells) Len() int {
	return len(c.Texts) + len(c.Ints) + len(c.Floats) + len(c.Doubles) + len(c.Lists)
}

// What a CellError wraps, beside the errors of package schema.
var (
	ErrMissing   = errors.New("the column is missing")
	ErrUnknown   = errors.New("no such column")
	ErrTwice     = errors.New("the column is given twice")
	ErrLength    = errors.New("want one cell for each sample, or one for all")
	errSeparator = errors.New("a value of the list has the separator in it")
	errOneEmpty  = errors.New("a list of one empty value, which is written as the empty list is")
)

// CellError is an error of a column in memory.
type CellError struct {
	Column string
	Sample int    // from 0; -1 if the whole column is meant
	Value  string // the text of the cell; "" if it does not help
	Err    error
}

// Error names the column and the sample, then the reason.
func (e *CellError) Error() string {
	text := fmt.Sprintf("column %q", e.Column)
	if e.Sample >= 0 {
		text += fmt.Sprintf(", sample %d", e.Sample)
	}
	text += ": " + e.Err.Error()
	if e.Value != "" {
		text += fmt.Sprintf(": %.60q", e.Value)
	}
	return text
}

// Unwrap returns the reason.
func (e *CellError) Unwrap() error { return e.Err }

// texts returns cells as texts. It keeps its memory from one cell to the next.
type texts struct{ buffer []byte }

// of returns the text of cell i of a column. The text is valid until the next call.
func (t *texts) of(c *Cells, i int, separator string) (string, error) {
	if c.Texts != nil {
		return checked(c.Texts[i])
	}
	t.buffer = t.buffer[:0]
	switch {
	case c.Ints != nil:
		t.buffer = strconv.AppendInt(t.buffer, c.Ints[i], 10)
	case c.Floats != nil:
		t.buffer = rawlog.AppendFloat(t.buffer, float64(c.Floats[i]), 32)
	case c.Doubles != nil:
		t.buffer = rawlog.AppendFloat(t.buffer, c.Doubles[i], 64)
	default:
		if err := t.join(c.Lists[i], separator); err != nil {
			return "", err
		}
	}
	// The buffer changes only with the next call, when the text is no longer used.
	return checked(unsafe.String(unsafe.SliceData(t.buffer), len(t.buffer)))
}

func (t *texts) join(values []string, separator string) error {
	for i, value := range values {
		if strings.Contains(value, separator) {
			return errSeparator
		}
		if i > 0 {
			t.buffer = append(t.buffer, separator...)
		}
		t.buffer = append(t.buffer, value...)
	}
	if len(values) == 1 && values[0] == "" {
		return errOneEmpty
	}
	return nil
}

// checked refuses what no log may have.
func checked(text string) (string, error) {
	if !rawlog.IsText(text) {
		return text, rawlog.ErrText
	}
	return text, nil
}
