package prepared

import (
	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/parquet-go/parquet-go"
)

// groupWriter writes a row group on a goroutine of its own, and then another one.
type groupWriter struct {
	layout             layout
	idColumns, numbers int
	writer             *parquet.ConcurrentRowGroupWriter
	batch              datasets.Batch // a copy of what it writes
	values             []parquet.Value
	done               chan error // nil: nothing was begun
}

func newGroupWriter(l layout, w *parquet.ConcurrentRowGroupWriter) *groupWriter {
	g := &groupWriter{layout: l, writer: w}
	g.idColumns, g.numbers = datasets.Width(l.fields)
	return g
}

// begin begins to write samples.
func (g *groupWriter) begin(b *datasets.Batch) {
	to := &g.batch
	to.Clear()
	to.Rows, to.IDs, to.Numbers = b.Rows, append(to.IDs, b.IDs...), append(to.Numbers, b.Numbers...)
	to.Labels, to.Weights = append(to.Labels, b.Labels...), append(to.Weights, b.Weights...)
	g.done = make(chan error, 1)
	go func() { g.done <- g.write() }()
}

// end waits for what was begun, and adds it to the file.
func (g *groupWriter) end() error {
	if g.done == nil {
		return nil
	}
	if err := g.wait(); err != nil {
		return err
	}
	_, err := g.writer.Commit()
	return err
}

// wait waits for what was begun.
func (g *groupWriter) wait() (err error) {
	if g.done != nil {
		err, g.done = <-g.done, nil
	}
	return err
}

// write writes all columns.
func (g *groupWriter) write() error {
	b := &g.batch
	id, number := 0, 0
	fields := g.layout.fields
	for column, writer := range g.writer.ColumnWriters() {
		g.values = g.values[:0]
		switch {
		case column == len(fields):
			g.addLabels(b.Labels, column)
		case column > len(fields):
			g.addNumbers(b.Weights, 1, column)
		case fields[column].Kind == datasets.Numeric:
			g.addNumbers(b.Numbers[number:], g.numbers, column)
			number++
		case fields[column].Kind == datasets.List:
			g.addLists(b.IDs[id:], fields[column].Length, column)
			id += fields[column].Length
		default:
			g.addIDs(b.IDs[id:], column)
			id++
		}
		if _, err := writer.WriteRowValues(g.values); err != nil {
			return err
		}
	}
	return g.writer.Flush()
}

func (g *groupWriter) addLabels(labels []float32, column int) {
	for _, y := range labels {
		g.values = append(g.values, parquet.Int32Value(int32(y)).Level(0, 0, column))
	}
}

// addNumbers adds every stride-th number.
func (g *groupWriter) addNumbers(numbers []float32, stride, column int) {
	for i := 0; i < len(numbers); i += stride {
		g.values = append(g.values, parquet.FloatValue(numbers[i]).Level(0, 0, column))
	}
}

func (g *groupWriter) addIDs(ids []int32, column int) {
	for i := 0; i < len(ids); i += g.idColumns {
		g.values = append(g.values, parquet.Int32Value(ids[i]).Level(0, 0, column))
	}
}

// addLists writes the ids of each list that are not absent. An empty list has definition level 0,
// an id has 1; the first id of a list has repetition level 0, the others have 1.
func (g *groupWriter) addLists(ids []int32, length, column int) {
	for i := 0; i < len(ids); i += g.idColumns {
		again := 0
		for _, id := range ids[i:min(i+length, len(ids))] {
			if id != datasets.Absent {
				g.values = append(g.values, parquet.Int32Value(id).Level(again, 1, column))
				again = 1
			}
		}
		if again == 0 {
			g.values = append(g.values, parquet.Value{}.Level(0, 0, column))
		}
	}
}
