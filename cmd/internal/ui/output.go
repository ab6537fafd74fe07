package ui

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Output is standard output, or a file that gets its name only once it is whole.
type Output struct {
	io.Writer
	path      string
	file      *os.File
	buffer    *bufio.Writer
	committed bool
}

// CreateOutput creates a file under another name; "" and "-" mean standard output.
func CreateOutput(path string, stdout io.Writer) (*Output, error) {
	if path == "" || path == "-" {
		return &Output{Writer: stdout}, nil
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return nil, err
	}
	buffer := bufio.NewWriterSize(f, 1<<20)
	return &Output{Writer: buffer, path: path, file: f, buffer: buffer}, nil
}

// Commit gives the file its name.
func (o *Output) Commit() error {
	if o.file == nil {
		return nil
	}
	if err := errors.Join(o.buffer.Flush(), o.file.Chmod(0o644), o.file.Sync(), o.file.Close()); err != nil {
		return err
	}
	o.committed = true
	return os.Rename(o.file.Name(), o.path)
}

// Close removes what was not committed.
func (o *Output) Close() {
	if o.file != nil && !o.committed {
		o.file.Close()
		os.Remove(o.file.Name())
	}
}
