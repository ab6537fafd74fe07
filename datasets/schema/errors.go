package schema

import "errors"

// ErrInvalid is wrapped by the errors of a schema that makes no sense.
var ErrInvalid = errors.New("bad schema")

// Errors of the values of a log that is not as its schema says. A rawlog.SyntaxError wraps one of these.
var (
	ErrLabel  = errors.New("the label must be 0 or 1")
	ErrWeight = errors.New("the weight must be a finite number of at least 0")
	ErrNumber = errors.New("not a finite number")
	ErrTime   = errors.New("not a time of the given layout")
)
