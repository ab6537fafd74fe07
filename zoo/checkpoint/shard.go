package checkpoint

import (
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
)

// OwnRows returns, of values by row of a whole table, those of the rows that t holds: all, unless it is a shard.
func OwnRows[T any](t *graph.Table, whole []T) []T {
	s := t.Shard()
	if s.IsWhole() {
		return whole
	}
	per := len(whole) / t.TotalRows()
	own := make([]T, 0, t.Rows()*per)
	for row := s.Rank; row < t.TotalRows(); row += s.Size {
		own = append(own, whole[row*per:(row+1)*per]...)
	}
	return own
}

// ReadRows is Read for the values of a weight. If table holds only some rows of the whole table (see graph.Shard), it reads
// those. table is nil for a dense weight.
func ReadRows[T offheap.Number](m *Mapped, name string, dst []T, table *graph.Table) error {
	if table == nil || table.Shard().IsWhole() {
		return Read(m, name, dst)
	}
	own, err := ViewRows[T](m, name, table)
	if err == nil && copy(dst, own) != len(own) {
		err = m.Damaged("%q has %d values for %d", name, len(own), len(dst))
	}
	return err
}

// ViewRows is View for the values of a weight by row; see ReadRows.
func ViewRows[T offheap.Number](m *Mapped, name string, table *graph.Table) ([]T, error) {
	whole, err := View[T](m, name)
	if err != nil || table == nil || table.Shard().IsWhole() {
		return whole, err
	}
	if len(whole)%table.TotalRows() != 0 {
		return nil, m.Damaged("%q has %d values for %d rows", name, len(whole), table.TotalRows())
	}
	return OwnRows(table, whole), nil
}
