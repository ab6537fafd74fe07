package datasets

import (
	"errors"
	"fmt"
)

// What a SyntaxError wraps.
var (
	ErrColumns = errors.New("wrong number of columns")
	ErrLabel   = errors.New("the label must be 0 or 1")
	ErrNumber  = errors.New("not a finite number")
	ErrTime    = errors.New("not a time of the given layout")
	ErrText    = errors.New("not valid UTF-8 text")
	ErrLong    = errors.New("the line is longer than 4 MiB")

	errTwice = errors.New("the column stands twice")
)

// Other errors.
var (
	ErrUnknownColumn = errors.New("unknown column")
	ErrEmpty         = errors.New("no rows")
	ErrSchema        = errors.New("bad schema")
	ErrUnknownData   = errors.New("unknown data set")
)

// SyntaxError says where a file cannot be understood.
type SyntaxError struct {
	Path   string
	Line   int    // from 1; 0 if the whole file is meant
	Column string // the name of the column; "" if the whole line is meant
	Value  string // what stands there, shortened; "" if that does not help
	Err    error

	fatal bool // nothing more can be read of the file, although there is a line
}

func (e *SyntaxError) Error() string {
	text := e.Path
	if e.Line > 0 {
		text += fmt.Sprintf(", line %d", e.Line)
	}
	if e.Column != "" {
		text += fmt.Sprintf(", column %q", e.Column)
	}
	text += ": " + e.Err.Error()
	if e.Value != "" {
		text += fmt.Sprintf(": %q", e.Value)
	}
	return text
}

func (e *SyntaxError) Unwrap() error { return e.Err }

// shorten keeps a value short enough for a message.
func shorten(s string) string {
	if len(s) > 60 {
		return s[:60] + "..."
	}
	return s
}
