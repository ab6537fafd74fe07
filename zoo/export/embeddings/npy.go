package embeddings

import (
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"strconv"

	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/zoo/internal/npy"
)

// writeNPY writes a matrix of float32, one vector after the other.
func writeNPY(w io.Writer, rows iter.Seq[row], report *Report) error {
	if err := npy.WriteMatrix(w, report.Rows, report.Dim); err != nil {
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
