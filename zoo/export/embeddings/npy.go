package embeddings

import (
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"github.com/ctrzoo/ctrzoo/graph/offheap"
)

// npyMagic begins a file of NumPy, version 1.0.
const npyMagic = "\x93NUMPY\x01\x00"

// writeNPY writes a matrix of float32, one vector after the other.
//
// Reference: NEP 1, a simple file format for NumPy arrays.
func writeNPY(w io.Writer, rows iter.Seq[row], report *Report) error {
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", report.Rows, report.Dim)
	const align = 64
	size := len(npyMagic) + 2 + len(header) + 1
	header += strings.Repeat(" ", (align-size%align)%align) + "\n"
	if _, err := fmt.Fprintf(w, "%s%s%s", npyMagic, binary.LittleEndian.AppendUint16(nil, uint16(len(header))), header); err != nil {
		return err
	}
	for r := range rows {
		if _, err := w.Write(offheap.Bytes(r.Vector)); err != nil {
			return err
		}
	}
	return nil
}

// npyColumns are the columns of the CSV file beside a file of NumPy. It has a line for each vector, in their order.
func npyColumns() []string { return []string{"field", "id", "value", "count"} }

func writeValues(to io.Writer, rows iter.Seq[row]) error {
	w := csv.NewWriter(to)
	err := w.Write(npyColumns())
	for r := range rows {
		if err == nil {
			err = w.Write([]string{r.field, strconv.Itoa(r.ID), r.text(), strconv.Itoa(r.Count)})
		}
	}
	w.Flush()
	return errors.Join(err, w.Error())
}
