package zoo

import (
	"fmt"
	"io"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/solvers"
)

// Tables may be spread over the ranks of a job, see Run.ShardTables. A checkpoint has them whole, so that any
// number of ranks can go on from it, with tables spread or not.

// spread says whether tables are spread over the ranks.
func (t *Trainer) spread() bool { return t.run.ShardTables && t.parallel() }

// spreadTables lets a solver fetch the rows of all tables.
func spreadTables(w *graph.Weights, p *solvers.Parallel) error {
	for weight := range w.All() {
		if weight.Table == nil {
			continue
		}
		if err := p.Spread(weight.Table); err != nil {
			return err
		}
	}
	return nil
}

// ownRows are those values of the rows of a whole table that belong to the rows that it holds here.
func ownRows[T any](t *graph.Table, whole []T) []T {
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

// addOf adds an array of a weight: in the shape of the weight if it has as many values, and whole if it has
// values by row of a table that is spread.
func addOf[T offheap.Number](t *Trainer, to *tensors, w *graph.Weight, name string, values []T, byRow bool) {
	count := len(values)
	isSpread := byRow && w.Table != nil && t.spread()
	if isSpread {
		count = len(values) / w.Table.Rows() * w.Table.TotalRows()
	}
	shape := []int{count}
	if count == w.Shape.TotalSize() && dtype[T]() == dtype[float32]() {
		shape = w.Shape
	}
	add(to, name, values, shape...)
	if isSpread {
		a := &to.arrays[len(to.arrays)-1]
		rowBytes := int(a.bytes) / w.Table.Rows()
		data := offheap.Bytes(values)
		a.bytes = uint64(rowBytes * w.Table.TotalRows())
		a.write = func(out io.Writer) error { return t.writeSpread(out, data, rowBytes, w.Table.TotalRows()) }
	}
}

// pieceBytes is about how much of a table is sent at a time, by all ranks together.
const pieceBytes = 16 << 20

// writeSpread writes the rows of a whole table on rank 0, to which the other ranks send theirs in pieces. It
// goes on to the end when it cannot write.
func (t *Trainer) writeSpread(w io.Writer, own []byte, rowBytes, total int) error {
	r, size := t.ranks, t.ranks.Size()
	rowsPerPiece := max(1, pieceBytes/size/rowBytes)
	pieces, whole := make([][]byte, size), make([]byte, 0, size*rowsPerPiece*rowBytes)
	buffer := make([]byte, size*rowsPerPiece*rowBytes)
	var failure error
	for from := 0; from*size < total; from += rowsPerPiece {
		for rank := range pieces {
			n := max(0, min(rowsPerPiece, graph.Shard{Rank: rank, Size: size}.Rows(total)-from))
			pieces[rank] = buffer[rank*rowsPerPiece*rowBytes:][:n*rowBytes]
		}
		copy(pieces[r.Rank()], own[min(len(own), from*rowBytes):])
		if err := r.Collect(pieces); err != nil {
			return err
		}
		if r.Rank() > 0 || failure != nil {
			continue
		}
		whole = whole[:0]
		for at := 0; at < len(pieces[0]); at += rowBytes {
			for _, piece := range pieces {
				if at < len(piece) {
					whole = append(whole, piece[at:at+rowBytes]...)
				}
			}
		}
		_, failure = w.Write(whole)
	}
	return failure
}

// finish writes to nowhere what was not written, so that the other ranks, who take part, do not wait.
func (t *tensors) finish() error {
	if t.written {
		return nil
	}
	return t.write(io.Discard)
}

// readOf is read for the values of a weight: of a table that is spread it takes the rows that it holds.
func readOf[T offheap.Number](m *mapped, name string, dst []T, table *graph.Table) error {
	if table == nil || table.Shard().IsWhole() {
		return read(m, name, dst)
	}
	own, err := viewOf[T](m, name, table)
	if err == nil && copy(dst, own) != len(own) {
		err = fmt.Errorf("%s is %w: %q has %d values for %d", m.path, ErrDamaged, name, len(own), len(dst))
	}
	return err
}

// viewOf is view, and of a table that is spread the rows that it holds.
func viewOf[T offheap.Number](m *mapped, name string, table *graph.Table) ([]T, error) {
	whole, err := view[T](m, name)
	if err != nil || table == nil || table.Shard().IsWhole() {
		return whole, err
	}
	if len(whole)%table.TotalRows() != 0 {
		return nil, fmt.Errorf("%s is %w: %q has %d values for %d rows", m.path, ErrDamaged, name, len(whole), table.TotalRows())
	}
	return ownRows(table, whole), nil
}
