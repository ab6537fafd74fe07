package datasets

import (
	"fmt"
	"os"

	"github.com/parquet-go/parquet-go"
)

// parquetSink writes the samples of a part to a Parquet file, a row group at a time.
type parquetSink struct {
	file               *os.File
	writer             *parquet.GenericWriter[any]
	fields             []Field
	idColumns, numbers int
	values             []parquet.Value
}

func newParquetSink(path string, fields []Field) (*parquetSink, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	p := &parquetSink{file: f, fields: fields}
	p.idColumns, p.numbers = width(fields)
	p.writer = parquet.NewGenericWriter[any](f, parquetSchema(fields), compression(), parquet.CreatedBy("ctrzoo", version(), ""))
	return p, nil
}

func (p *parquetSink) write(s *samples) error {
	if err := p.writeGroup(s); err != nil {
		return fmt.Errorf("datasets: %s: %w", p.file.Name(), err)
	}
	return nil
}

func (p *parquetSink) writeGroup(s *samples) error {
	id, number := 0, 0
	for column, writer := range p.writer.ColumnWriters() {
		p.values = p.values[:0]
		switch {
		case column == len(p.fields):
			p.addLabels(s.labels, column)
		case p.fields[column].Kind == Numeric:
			p.addNumbers(s.numbers[number:], column)
			number++
		case p.fields[column].Kind == List:
			p.addLists(s.ids[id:], p.fields[column].Length, column)
			id += p.fields[column].Length
		default:
			p.addIDs(s.ids[id:], column)
			id++
		}
		if _, err := writer.WriteRowValues(p.values); err != nil {
			return err
		}
	}
	return p.writer.Flush()
}

func (p *parquetSink) addLabels(labels []float32, column int) {
	for _, y := range labels {
		p.values = append(p.values, parquet.Int32Value(int32(y)).Level(0, 0, column))
	}
}

func (p *parquetSink) addNumbers(numbers []float32, column int) {
	for i := 0; i < len(numbers); i += p.numbers {
		p.values = append(p.values, parquet.FloatValue(numbers[i]).Level(0, 0, column))
	}
}

func (p *parquetSink) addIDs(ids []int32, column int) {
	for i := 0; i < len(ids); i += p.idColumns {
		p.values = append(p.values, parquet.Int32Value(ids[i]).Level(0, 0, column))
	}
}

// addLists writes the ids of each list that are not absent. An empty list has definition level 0,
// an id 1; the first of a list has repetition level 0, the others 1.
func (p *parquetSink) addLists(ids []int32, length, column int) {
	for i := 0; i < len(ids); i += p.idColumns {
		again := 0
		for _, id := range ids[i:min(i+length, len(ids))] {
			if id != Absent {
				p.values = append(p.values, parquet.Int32Value(id).Level(again, 1, column))
				again = 1
			}
		}
		if again == 0 {
			p.values = append(p.values, parquet.Value{}.Level(0, 0, column))
		}
	}
}

// close ends the file, and makes sure that it stands on the disk.
func (p *parquetSink) close() error {
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
