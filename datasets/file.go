package datasets

import (
	"compress/bzip2"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// openFile opens a file, unpacking .gz, .zst and .bz2 as its name says. Reading ends with the
// context's error when ctx ends.
func openFile(ctx context.Context, path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	unpacked, err := unpack(path, newFileReader(ctx, f))
	if err != nil {
		f.Close()
		return nil, &SyntaxError{Path: path, Err: err}
	}
	return struct {
		io.Reader
		io.Closer
	}{unpacked, f}, nil
}

func unpack(path string, f io.Reader) (io.Reader, error) {
	switch {
	case strings.HasSuffix(path, ".gz"):
		return gzip.NewReader(f)
	case strings.HasSuffix(path, ".zst"):
		return zstd.NewReader(f, zstd.WithDecoderConcurrency(1))
	case strings.HasSuffix(path, ".bz2"):
		return bzip2.NewReader(f), nil
	}
	return f, nil
}
