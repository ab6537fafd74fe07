package graph

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
)

// Shard says which rows of its tables a process holds, if several processes share them: those whose number
// divided by Size leaves Rank, in their order. The zero Shard, like one of Size 1, is all rows.
type Shard struct{ Rank, Size int }

// IsWhole reports whether the shard is all rows.
func (s Shard) IsWhole() bool { return s.Size <= 1 }

// Rows returns how many rows the shard has of a table with total rows.
func (s Shard) Rows(total int) int {
	if s.IsWhole() {
		return total
	}
	return (total - s.Rank + s.Size - 1) / s.Size
}

// Fetcher gets rows of a table that is spread over several processes.
type Fetcher interface {
	// Fetch returns the values of rows of the whole table, which are distinct, settled and in the order
	// given. They are valid until the next call.
	Fetch(rows []int32) ([]float32, error)
}

// ErrShard is wrapped by the error of looking up a shard whose table has no Fetcher.
var ErrShard = errors.New("graph: the table is spread over several processes, and nobody fetches its rows")

// newShard returns a table of zeros that holds the rows of a shard, of rows in all, in a precision. Rows, Floats, Row and
// Settle are about the rows that it holds.
func newShard(name string, rows, dim int, s Shard, p Precision) (*Table, error) {
	newTable := NewTable
	if p == BFloat16 {
		newTable = NewHalfTable
	}
	if s.IsWhole() {
		return newTable(name, rows, dim)
	}
	if rows < s.Size {
		return nil, fmt.Errorf("graph: table %q of %d rows cannot be spread over %d processes", name, rows, s.Size)
	}
	t, err := newTable(name, s.Rows(rows), dim)
	if err == nil {
		t.shard, t.total = s, rows
	}
	return t, err
}

// Shard returns which rows the table holds.
func (t *Table) Shard() Shard { return t.shard }

// TotalRows returns the number of rows of the whole table.
func (t *Table) TotalRows() int {
	if t.shard.IsWhole() {
		return t.Rows()
	}
	return t.total
}

// SetFetcher installs the Fetcher that Lookup asks for rows, if this process holds a shard of the table.
func (t *Table) SetFetcher(f Fetcher) { t.fetcher = f }

// read brings the rows of an index up to date. It returns values of rows, and for each place of the index
// the number of its row among them.
func (t *Table) read(x *Index) (values []float32, places []int32, err error) {
	if t.shard.IsWhole() && t.halves != nil {
		values, places = t.readHalves(x)
		return values, places, nil
	}
	if t.shard.IsWhole() {
		t.Settle(x.rows)
		return t.Floats(), x.Int32s(), nil
	}
	if t.fetcher == nil {
		return nil, nil, fmt.Errorf("%w: %q", ErrShard, t.name)
	}
	values, err = t.fetcher.Fetch(x.rows)
	if len(x.rows) == 0 { // no sample: nothing is read, but kernels want an address
		values = make([]float32, t.Dim())
	}
	t.places = x.bySample(t.places)
	return values, t.places, err
}

// bySample writes to dst, sample by sample, the number in Rows of the row of every place, and returns dst.
func (x *Index) bySample(dst []int32) []int32 {
	columns := len(x.layout.columns)
	if len(dst) != len(x.places) {
		dst = make([]int32, len(x.places))
	}
	for column := range columns {
		for sample, place := range x.placesOf(int32(column)) {
			dst[sample*columns+column] = place
		}
	}
	return dst
}

// initializeShard draws what Initialize draws for the whole table and keeps the rows of the shard.
func (t *Table) initializeShard(init Initializer, rng *rand.Rand) {
	dim := t.Dim()
	count := t.total * dim
	seeds := streamSeeds(count, rng)
	kernel.Parallel(count, valuesPerStream, func(from, to int) {
		drawn := make([]float32, to-from)
		i := 2 * (from / valuesPerStream)
		init(drawn, rand.New(rand.NewPCG(seeds[i], seeds[i+1])))
		for row := from / dim; row*dim < to; row++ {
			if row%t.shard.Size != t.shard.Rank {
				continue
			}
			// A stream may begin or end within a row.
			first, last := max(from, row*dim), min(to, (row+1)*dim)
			t.put(row/t.shard.Size*dim+first-row*dim, drawn[first-from:last-from])
		}
	})
}
