// Package npy reads and writes the headers of NumPy's arrays, version 1.0. What follows a header is the caller's.
//
// Reference: NEP 1, a simple file format for NumPy arrays.
package npy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// Magic begins an array.
const Magic = "\x93NUMPY\x01\x00"

// Header describes an array.
type Header struct {
	Type    string // such as <f4, float32 in little-endian order
	Fortran bool   // the columns come one after the other, not the rows
	Shape   []int
	text    string
}

// String returns the beginning of the header as it is in the file.
func (h *Header) String() string { return fmt.Sprintf("%.120q", h.text) }

var pattern = regexp.MustCompile(`^\{'descr': '([<|=>][a-z]\d+)', 'fortran_order': (True|False), 'shape': \(([\d, ]*)\),? *\}\s*$`)

// Read reads the header that a reader is at.
func Read(r io.Reader) (*Header, error) {
	start := make([]byte, len(Magic)+2)
	if _, err := io.ReadFull(r, start); err != nil || !bytes.HasPrefix(start, []byte(Magic)) {
		return nil, errors.Join(errors.New("it does not begin as a file of NumPy, version 1.0"), err)
	}
	text := make([]byte, binary.LittleEndian.Uint16(start[len(Magic):]))
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, err
	}
	parts := pattern.FindSubmatch(text)
	if parts == nil {
		return nil, fmt.Errorf("its header is %.120q", text)
	}
	h := &Header{Type: string(parts[1]), Fortran: string(parts[2]) == "True", text: string(text)}
	for part := range strings.SplitSeq(string(parts[3]), ",") {
		if part = strings.TrimSpace(part); part == "" { // after the last comma
			continue
		}
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil, err
		}
		h.Shape = append(h.Shape, n)
	}
	return h, nil
}

// WriteMatrix writes the header of a matrix of float32 in little-endian order, one row after the other.
func WriteMatrix(w io.Writer, rows, columns int) error {
	text := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", rows, columns)
	const align = 64
	size := len(Magic) + 2 + len(text) + 1
	text += strings.Repeat(" ", (align-size%align)%align) + "\n"
	_, err := fmt.Fprintf(w, "%s%s%s", Magic, binary.LittleEndian.AppendUint16(nil, uint16(len(text))), text)
	return err
}
