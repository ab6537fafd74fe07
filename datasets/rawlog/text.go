package rawlog

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
)

// textReader reads the files of a format that is text.
type textReader interface {
	// read yields the records of a text. It returns an error that ends the file.
	read(f Format, lines *Lines, columns []Column, yield func(*Record, error) bool) error
	// find returns the columns of a text, and completes f with what is needed to read them.
	find(f *Format, lines *Lines) ([]Column, error)
}

// textFormat is the row of a text format in the table of formats.
func textFormat(name string, r textReader, endings ...string) fileFormat {
	return fileFormat{
		name: name, endings: endings, text: r,
		open: func(f Format, path string) Log { return textLog(f, path, r) },
		find: func(ctx context.Context, f *Format, path string) ([]Column, error) {
			file, err := OpenFile(ctx, path, nil)
			if err != nil {
				return nil, err
			}
			defer file.Close()
			return r.find(f, NewLines(path, file))
		},
	}
}

// textLog is the log of a text file.
func textLog(f Format, path string, r textReader) Log {
	return func(ctx context.Context, columns []Column, meter *Meter) iter.Seq2[*Record, error] {
		return func(yield func(*Record, error) bool) {
			file, err := OpenFile(ctx, path, meter)
			if err != nil {
				yield(nil, err)
				return
			}
			defer file.Close()
			yieldText(r, f, NewLines(path, file), columns, yield)
		}
	}
}

// OpenText returns the log of a text that is in memory. Errors name it by a path, which also says the format unless f does.
// Parquet is no text.
func OpenText(f Format, path string, text []byte) (Log, error) {
	format, err := f.of(path)
	if err == nil && format.text == nil {
		err = fmt.Errorf("datasets: %s: %s is no format of texts", path, format.name)
	}
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, columns []Column, _ *Meter) iter.Seq2[*Record, error] {
		return func(yield func(*Record, error) bool) {
			yieldText(format.text, f, NewLines(path, bytes.NewReader(text)), columns, yield)
		}
	}, nil
}

// yieldText yields the records of a text, and the error that ends it.
func yieldText(r textReader, f Format, lines *Lines, columns []Column, yield func(*Record, error) bool) {
	if err := r.read(f, lines, columns, yield); err != nil {
		yield(nil, err)
	}
}

// linesToFind is the number of lines that are read to find the columns of JSON lines and libsvm.
const linesToFind = 1000

// firstLines calls do for each of the first lines.
func firstLines(lines *Lines, do func(text []byte) error) error {
	for range linesToFind {
		text, err := lines.Next()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = do(text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
