package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"gorgonia.org/tensor"
)

// Table is the storage of one embedding: rows x dim float32 or, made by NewHalfTable, bfloat16, off the Go heap where the system
// allows. It is a gorgonia.Value (and a tensor), so that it is bound to an ordinary input node:
//
//	node := gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithName("deep"),
//		gorgonia.WithShape(rows, dim), gorgonia.WithValue(table))
//
// Read rows through Lookup or Row: a solver may leave rows as they were before their latest steps, and
// settle them only when somebody reads them.
type Table struct {
	*tensor.Dense
	name    string
	storage *offheap.Array[float32] // nil if there are halves
	halves  *offheap.Array[uint16]
	settler Settler
	reader  RowReader // of halves
	values  []float32 // of the rows of the latest lookup, of halves

	shard   Shard // the rows it holds, of
	total   int   // rows
	fetcher Fetcher
	places  []int32 // of the latest lookup, among the rows that were fetched
}

// Settler brings rows up to date that a solver has left behind because no batch touched them. A solver
// installs one with Table.SetSettler.
type Settler interface {
	// Settle brings the given rows up to date. The rows are distinct and within the table.
	Settle(rows []int32)
	// SettleAll brings every row up to date. It may be called from one goroutine at a time.
	SettleAll()
}

// NewTable returns a table of zeros. It fails with offheap.ErrTooLarge if the table does not fit
// in memory.
func NewTable(name string, rows, dim int) (*Table, error) {
	if err := checkSize(name, rows, dim); err != nil {
		return nil, err
	}
	if err := offheap.Times(4, rows, dim).Check(); err != nil { // before the product is one of ints
		return nil, fmt.Errorf("graph: table %q of %d rows of %d values: %w", name, rows, dim, err)
	}
	storage, err := offheap.New[float32](rows * dim)
	if err != nil {
		return nil, fmt.Errorf("graph: table %q of %d rows of %d values: %w", name, rows, dim, err)
	}
	return tableOver(name, rows, dim, storage), nil
}

// viewTable returns a table over values that are kept elsewhere.
func viewTable(name string, rows, dim int, values []float32) (*Table, error) {
	if err := checkSize(name, rows, dim); err != nil {
		return nil, err
	}
	if len(values) != rows*dim {
		return nil, fmt.Errorf("graph: table %q: %d values for %d rows of %d", name, len(values), rows, dim)
	}
	return tableOver(name, rows, dim, offheap.View(values)), nil
}

func checkSize(name string, rows, dim int) error {
	if rows < 1 || dim < 1 {
		return fmt.Errorf("graph: table %q: %d rows of %d values: both must be at least 1", name, rows, dim)
	}
	return nil
}

func tableOver(name string, rows, dim int, storage *offheap.Array[float32]) *Table {
	dense := tensor.New(tensor.WithShape(rows, dim), tensor.WithBacking(storage.Data()))
	return &Table{Dense: dense, name: name, storage: storage}
}

// Name returns the name with which the table was made.
func (t *Table) Name() string { return t.name }

// Rows returns the number of rows.
func (t *Table) Rows() int { return t.Shape()[0] }

// Dim returns the number of values in a row.
func (t *Table) Dim() int { return t.Shape()[1] }

// Floats returns the storage itself, row after row, settled or not; nil for a table in BFloat16.
func (t *Table) Floats() []float32 {
	if t.storage == nil {
		return nil
	}
	return t.storage.Data()
}

// Free gives back the memory of the table. No graph may run with it afterwards.
func (t *Table) Free() {
	t.storage.Free()
	t.halves.Free()
}

// freed reports whether the memory was given back.
func (t *Table) freed() bool { return t.Floats() == nil && t.Halves() == nil }

// Row returns row i, settled, as a part of the storage; of a table in BFloat16 a copy.
func (t *Table) Row(i int) []float32 {
	if t.halves != nil {
		values := make([]float32, t.Dim())
		t.ReadRows(values, []int32{int32(i)})
		return values
	}
	if t.settler != nil {
		t.settler.Settle([]int32{int32(i)})
	}
	return t.Floats()[i*t.Dim() : (i+1)*t.Dim()]
}

// SetSettler installs the Settler that Lookup calls before it reads rows; nil removes it.
func (t *Table) SetSettler(s Settler) { t.settler = s }

// Settler returns what was installed, or nil.
func (t *Table) Settler() Settler { return t.settler }

// Settle brings distinct rows up to date.
func (t *Table) Settle(rows []int32) {
	if t.settler != nil {
		t.settler.Settle(rows)
	}
}

// SettleAll brings every row up to date; evaluation, norms and saving need it.
func (t *Table) SettleAll() {
	if t.settler != nil {
		t.settler.SettleAll()
	}
}

// Format prints the size of the table instead of all its values.
func (t *Table) Format(s fmt.State, _ rune) {
	fmt.Fprintf(s, "Table(%q, %d x %d)", t.name, t.Rows(), t.Dim())
}
