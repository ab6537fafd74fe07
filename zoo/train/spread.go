package train

import (
	"io"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
)

// Tables may be spread over the ranks of a job, see Parallel.ShardTables. A checkpoint has them whole: any number of ranks can go on
// from it, with tables spread or not.

// spread says whether tables are spread over the ranks.
func (t *Trainer) spread() bool { return t.run.Parallel.ShardTables && t.team.parallel() }

// addOf adds an array of a weight: in the shape of the weight if it has as many values, and whole if it has values by row
// of a table that is spread.
func addOf[T offheap.Number](t *Trainer, to *checkpoint.Tensors, w *graph.Weight, name string, values []T, byRow bool) {
	if !byRow || w.Table == nil || !t.spread() {
		checkpoint.Add(to, name, values, shapeOf(values, len(values), w)...)
		return
	}
	total := w.Table.TotalRows()
	data, rowBytes := offheap.Bytes(values), len(offheap.Bytes(values))/w.Table.Rows()
	count := len(values) / w.Table.Rows() * total
	write := func(out io.Writer) error { return t.team.writeSpread(out, data, rowBytes, total) }
	checkpoint.AddStream[T](to, name, count, write, shapeOf(values, count, w)...)
}

// shapeOf returns the shape of count values of a weight.
func shapeOf[T offheap.Number](values []T, count int, w *graph.Weight) []int {
	if _, isFloat := any(values).([]float32); isFloat && count == w.Shape.TotalSize() {
		return w.Shape
	}
	return []int{count}
}

// pieceBytes is about how much of a table is sent at a time, by all ranks together.
const pieceBytes = 16 << 20

// writeSpread writes the rows of a whole table on rank 0. The other ranks send theirs in pieces. It goes on to the end
// when it cannot write.
func (m *team) writeSpread(w io.Writer, own []byte, rowBytes, total int) error {
	size := m.Size()
	rowsPerPiece := max(1, pieceBytes/size/rowBytes)
	pieces, whole := make([][]byte, size), make([]byte, 0, size*rowsPerPiece*rowBytes)
	buffer := make([]byte, size*rowsPerPiece*rowBytes)
	var failure error
	for from := 0; from*size < total; from += rowsPerPiece {
		for rank := range pieces {
			n := max(0, min(rowsPerPiece, graph.Shard{Rank: rank, Size: size}.Rows(total)-from))
			pieces[rank] = buffer[rank*rowsPerPiece*rowBytes:][:n*rowBytes]
		}
		copy(pieces[m.Rank()], own[min(len(own), from*rowBytes):])
		if err := m.Collect(pieces); err != nil {
			return err
		}
		if m.Rank() > 0 || failure != nil {
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
