package ui

import (
	"context"
	"io"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
)

// Output is standard output, or a file; see safefile.Create.
type Output struct {
	io.Writer
	file *safefile.Output // nil: standard output
}

// CreateOutput begins an output; "" and "-" mean standard output. The inputs are what it is made of, and are not
// written over.
func CreateOutput(ctx context.Context, path string, stdout io.Writer, inputs ...string) (*Output, error) {
	if path == "" || path == "-" {
		return &Output{Writer: stdout}, nil
	}
	file, err := safefile.Create(ctx, path, inputs...)
	if err != nil {
		return nil, err
	}
	return &Output{file, file}, nil
}

// Commit gives the file its name.
func (o *Output) Commit() error {
	if o.file == nil {
		return nil
	}
	return o.file.Commit()
}

// Close removes what was not committed.
func (o *Output) Close() {
	if o.file != nil {
		o.file.Close()
	}
}
