package serve

import (
	"errors"
	"fmt"
)

// Kind is what went wrong with a request, from which each protocol makes its own code.
type Kind int

// The kinds of errors.
const (
	Internal    Kind = iota // the server is to blame
	BadInput                // the request makes no sense
	NotFound                // there is no such model or version
	TooLarge                // more bytes or samples than the limits allow
	Busy                    // more requests at work than the limits allow: try again
	Unavailable             // the model is not loaded, or the server drains
	TooSlow                 // the request did not arrive in time
)

var kindNames = [...]string{"internal", "bad_input", "not_found", "too_large", "busy", "unavailable", "too_slow"}

// String returns the name of the kind, as in metrics: bad_input, too_large and so on.
func (k Kind) String() string { return kindNames[k] }

// Error is the error of a request.
type Error struct {
	Kind   Kind
	Tensor string // the input that is wrong; "" if it is another thing
	Err    error
}

// Error names the tensor, then the reason.
func (e *Error) Error() string {
	if e.Tensor != "" {
		return fmt.Sprintf("input %q: %s", e.Tensor, e.Err)
	}
	return e.Err.Error()
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error about no tensor.
func Errorf(k Kind, format string, a ...any) error {
	return &Error{Kind: k, Err: fmt.Errorf(format, a...)}
}

// TensorErrorf makes an Error of bad input about a tensor.
func TensorErrorf(tensor, format string, a ...any) error {
	return &Error{Kind: BadInput, Tensor: tensor, Err: fmt.Errorf(format, a...)}
}

// KindOf returns the kind of an error; Internal if it is no Error.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// What the errors of models wrap.
var (
	ErrNoEncoding = errors.New("the model was trained on ids, and cannot read raw samples")
	ErrColumns    = errors.New("the new version has other columns")
	ErrName       = errors.New("the model's name is taken")
)
