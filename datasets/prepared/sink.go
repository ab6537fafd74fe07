package prepared

import (
	"fmt"
	"io"
	"os"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/parquet-go/parquet-go"
)

// sink writes the samples of a part to a Parquet file, a row group at a time.
type sink struct {
	file               *os.File
	sum                *sumWriter
	writer             *parquet.GenericWriter[any]
	layout             layout
	idColumns, numbers int
	values             []parquet.Value
}

func newSink(path string, l layout) (*sink, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	p := &sink{file: f, sum: newSumWriter(), layout: l}
	p.idColumns, p.numbers = datasets.Width(l.fields)
	p.writer = parquet.NewGenericWriter[any](io.MultiWriter(f, p.sum), l.parquetSchema(), compression(), parquet.CreatedBy("ctrzoo", Version(), ""))
	return p, nil
}

// Write writes a row group.
func (p *sink) Write(b *datasets.Batch) error {
	if err := p.writeGroup(b); err != nil {
		return fmt.Errorf("datasets: %s: %w", p.file.Name(), err)
	}
	return nil
}

func (p *sink) writeGroup(b *datasets.Batch) error {
	id, number := 0, 0
	fields := p.layout.fields
	for column, writer := range p.writer.ColumnWriters() {
		p.values = p.values[:0]
		switch {
		case column == len(fields):
			p.addLabels(b.Labels, column)
		case column > len(fields):
			p.addNumbers(b.Weights, 1, column)
		case fields[column].Kind == datasets.Numeric:
			p.addNumbers(b.Numbers[number:], p.numbers, column)
			number++
		case fields[column].Kind == datasets.List:
			p.addLists(b.IDs[id:], fields[column].Length, column)
			id += fields[column].Length
		default:
			p.addIDs(b.IDs[id:], column)
			id++
		}
		if _, err := writer.WriteRowValues(p.values); err != nil {
			return err
		}
	}
	return p.writer.Flush()
}

func (p *sink) addLabels(labels []float32, column int) {
	for _, y := range labels {
		p.values = append(p.values, parquet.Int32Value(int32(y)).Level(0, 0, column))
	}
}

// addNumbers adds every stride-th number.
func (p *sink) addNumbers(numbers []float32, stride, column int) {
	for i := 0; i < len(numbers); i += stride {
		p.values = append(p.values, parquet.FloatValue(numbers[i]).Level(0, 0, column))
	}
}

func (p *sink) addIDs(ids []int32, column int) {
	for i := 0; i < len(ids); i += p.idColumns {
		p.values = append(p.values, parquet.Int32Value(ids[i]).Level(0, 0, column))
	}
}

// addLists writes the ids of each list that are not absent. An empty list has definition level 0,
// an id has 1; the first id of a list has repetition level 0, the others have 1.
func (p *sink) addLists(ids []int32, length, column int) {
	for i := 0; i < len(ids); i += p.idColumns {
		again := 0
		for _, id := range ids[i:min(i+length, len(ids))] {
			if id != datasets.Absent {
				p.values = append(p.values, parquet.Int32Value(id).Level(again, 1, column))
				again = 1
			}
		}
		if again == 0 {
			p.values = append(p.values, parquet.Value{}.Level(0, 0, column))
		}
	}
}

// close ends the file, and makes sure that it is on the disk.
func (p *sink) close() error {
	err := p.writer.Close()
	if err == nil {
		err = p.file.Sync()
	}
	if closeErr := p.file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("datasets: %s: %w", p.file.Name(), err)
	}
	return nil
}
