package rest

import (
	"io"
	"net"
	"slices"

	"errors"
)

// firstRead is the room for a body whose length is not known, or is said to be larger: memory grows only with what arrives.
const firstRead = 64 << 10

// readAll appends all that a body has. It may have a length, or -1.
func readAll(to []byte, body io.Reader, length int64) ([]byte, error) {
	if length < 0 || length > firstRead {
		length = firstRead
	}
	to = slices.Grow(to, int(length)+1) // and one for the end
	for {
		n, err := body.Read(to[len(to):cap(to)])
		to = to[:len(to)+n]
		switch {
		case err == io.EOF:
			return to, nil
		case err != nil:
			return to, err
		case len(to) == cap(to):
			to = slices.Grow(to, cap(to))
		}
	}
}

func isTimeout(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}
