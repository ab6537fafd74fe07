package graph

import (
	"fmt"
	"iter"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"gorgonia.org/tensor"
)

// RowReader computes rows of a table in bfloat16 as they are now. Such rows are rounded at their gradients only, so that no solver
// settles them: it leaves them as they were at their latest gradients, and computes what has become of them whenever somebody
// reads. A solver installs a reader with Table.SetReader.
type RowReader interface {
	// ReadRows writes rows, settled, to dst, one after another. The rows are within the table.
	ReadRows(dst []float32, rows []int32)
}

// SetRowPrecision lets tables that are made from now on keep their rows in a precision. Default: Float32. Rows in BFloat16 need a
// solver that steps them, see solvers.WithRowWeights. Initial values are rounded to the nearest.
func (w *Weights) SetRowPrecision(p Precision) { w.rowPrecision = p }

// NewHalfTable is NewTable for rows in BFloat16, which take half the memory. As a tensor the table is zeros, which take none.
func NewHalfTable(name string, rows, dim int) (*Table, error) {
	if err := checkSize(name, rows, dim); err != nil {
		return nil, err
	}
	if err := offheap.Times(2, rows, dim).Check(); err != nil { // before the product is one of ints
		return nil, fmt.Errorf("graph: table %q of %d rows of %d values: %w", name, rows, dim, err)
	}
	halves, err := offheap.New[uint16](rows * dim)
	if err != nil {
		return nil, fmt.Errorf("graph: table %q of %d rows of %d values: %w", name, rows, dim, err)
	}
	zeros := tensor.New(tensor.WithShape(1, 1), tensor.Of(tensor.Float32))
	*zeros.Info() = tensor.MakeAP(tensor.Shape{rows, dim}, []int{0, 0}, 0, tensor.NotTriangle)
	return &Table{Dense: zeros, name: name, halves: halves}, nil
}

// Precision returns that of the rows: Float32 or BFloat16.
func (t *Table) Precision() Precision {
	if t.halves != nil {
		return BFloat16
	}
	return Float32
}

// Halves returns the storage of a table in BFloat16, row after row, as of the latest gradient of each; nil for any other.
func (t *Table) Halves() []uint16 {
	if t.halves == nil {
		return nil
	}
	return t.halves.Data()
}

// SetReader installs the RowReader of a table in BFloat16; nil removes it, and rows are then read as they are.
func (t *Table) SetReader(r RowReader) { t.reader = r }

// Reader returns what was installed, or nil.
func (t *Table) Reader() RowReader { return t.reader }

// ReadRows writes distinct rows, settled, to dst, one after another.
func (t *Table) ReadRows(dst []float32, rows []int32) {
	switch {
	case t.reader != nil:
		t.reader.ReadRows(dst, rows)
	case t.halves == nil:
		t.Settle(rows)
		kernel.Gather(dst, t.Floats(), t.Dim(), rows)
	default:
		dim, halves := t.Dim(), t.Halves()
		for i, row := range rows {
			kernel.Widen(dst[i*dim:(i+1)*dim], halves[int(row)*dim:(int(row)+1)*dim], 1)
		}
	}
}

// chunkRows is how many rows in BFloat16 Chunks computes at a time.
const chunkRows = 8192

// Chunks yields the rows from one to another, without the last, settled, as many at a time as it likes: the number of the first of
// them, and their values, which are valid until the next.
func (t *Table) Chunks(from, to int) iter.Seq2[int, []float32] {
	return func(yield func(int, []float32) bool) {
		dim := t.Dim()
		if t.Precision() == Float32 {
			t.SettleAll()
			yield(from, t.Floats()[from*dim:to*dim])
			return
		}
		rows, values := make([]int32, 0, chunkRows), make([]float32, chunkRows*dim)
		for ; from < to; from += len(rows) {
			rows = rows[:0]
			for row := from; row < min(to, from+chunkRows); row++ {
				rows = append(rows, int32(row))
			}
			chunk := values[:len(rows)*dim]
			if t.ReadRows(chunk, rows); !yield(from, chunk) {
				return
			}
		}
	}
}

// CopyTo writes all rows, settled, to dst.
func (t *Table) CopyTo(dst []float32) {
	for from, values := range t.Chunks(0, t.Rows()) {
		copy(dst[from*t.Dim():], values)
	}
}

// SetRow gives row i new values, which BFloat16 rounds to the nearest.
func (t *Table) SetRow(i int, values []float32) {
	if t.halves == nil {
		copy(t.Row(i), values)
		return
	}
	t.put(i*t.Dim(), values)
}

// readHalves computes the rows of an index. The places are those of read.
func (t *Table) readHalves(x *Index) (values []float32, places []int32) {
	n := len(x.rows) * t.Dim()
	if room := max(n, t.Dim()); cap(t.values) < room { // kernels want an address even if there is no row
		t.values = make([]float32, room)
	}
	t.values = t.values[:cap(t.values)]
	t.ReadRows(t.values[:n], x.rows)
	t.places = x.bySample(t.places)
	return t.values, t.places
}

// Settled returns the values of the weight with every row settled: its own memory, or a copy if it is a table in BFloat16. A copy
// that does not fit in memory is an error that wraps offheap.ErrTooLarge.
func (w *Weight) Settled() ([]float32, error) {
	t := w.Table
	if t == nil || t.Precision() == Float32 {
		if t != nil {
			t.SettleAll()
		}
		return w.values, nil
	}
	if err := offheap.Times(4, t.Rows(), t.Dim()).Check(); err != nil {
		return nil, fmt.Errorf("graph: a copy of table %q in float32: %w", t.name, err)
	}
	values := make([]float32, t.Rows()*t.Dim())
	t.CopyTo(values)
	return values, nil
}

// Bytes returns the memory of the weight's values; those of a table may be unsettled.
func (w *Weight) Bytes() []byte {
	if w.Table != nil && w.Table.halves != nil {
		return offheap.Bytes(w.Table.Halves())
	}
	return offheap.Bytes(w.values)
}
