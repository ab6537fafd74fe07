package rawlog

import (
	"errors"
	"fmt"
)

// A SyntaxError of a reader wraps one of these.
var (
	ErrColumns       = errors.New("wrong number of columns")
	ErrText          = errors.New("not valid UTF-8 text")
	ErrLong          = errors.New("the line is longer than 4 MiB")
	ErrUnknownColumn = errors.New("unknown column")
	ErrEmpty         = errors.New("no rows")
	ErrRows          = errors.New("the column has more or fewer rows than its row group")

	errTwice = errors.New("the column appears twice")
)

// SyntaxError is the place where a file cannot be understood, and why.
type SyntaxError struct {
	Path   string
	Line   int    // from 1; 0 if the whole file is meant
	Column string // the name of the column; "" if the whole line is meant
	Value  string // the text at this place, of which a message has the beginning; "" if it does not help
	Err    error
	Fatal  bool // nothing follows in the file, although there is a line
}

// Error names the place, then the reason.
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
		text += fmt.Sprintf(": %q", shorten(e.Value))
	}
	return text
}

// Unwrap returns the reason.
func (e *SyntaxError) Unwrap() error { return e.Err }

// shorten keeps a value short enough for a message.
func shorten(s string) string {
	if len(s) > 60 {
		return s[:60] + "..."
	}
	return s
}

// IsFatal reports whether nothing can be read after an error. All errors are fatal, except a SyntaxError
// that has a line and is not marked Fatal.
func IsFatal(err error) bool {
	var syntax *SyntaxError
	return err != nil && (!errors.As(err, &syntax) || syntax.Fatal || syntax.Line == 0)
}

// fatal marks an error as one after which nothing follows.
func fatal(err error) error {
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		syntax.Fatal = true
	}
	return err
}
