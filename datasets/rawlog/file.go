package rawlog

import (
	"compress/bzip2"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// OpenFile opens a file and unpacks .gz, .zst and .bz2, as its name says. The meter, which may be nil,
// counts the bytes that are read, as they are on the disk. Reading ends with the context's error when
// ctx ends.
func OpenFile(ctx context.Context, path string, meter *Meter) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	unpacked, err := unpack(path, &fileReader{ctx, f, meter})
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

// fileReader reads a file until its context ends.
type fileReader struct {
	ctx   context.Context
	file  io.Reader
	meter *Meter
}

func (r *fileReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.file.Read(p)
	r.meter.Add(int64(n))
	return n, err
}

// Meter counts the bytes that are read of some files, as they are on the disk. It is safe for
// concurrent use.
type Meter struct {
	read  atomic.Int64
	total int64
}

// NewMeter weighs files, and folders with all that is in them. A file that cannot be weighed counts
// as nothing: opening it returns the error.
func NewMeter(paths []string) *Meter {
	m := &Meter{}
	for _, path := range paths {
		_ = filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return nil
			}
			if info, err := os.Stat(path); err == nil {
				m.total += info.Size()
			}
			return nil
		})
	}
	return m
}

// Add counts n bytes that were read of a file without OpenFile. A nil Meter counts nothing.
func (m *Meter) Add(n int64) {
	if m != nil {
		m.read.Add(n)
	}
}

// Share returns how much of the files has been read, from 0 to 1.
func (m *Meter) Share() float64 {
	if m.total == 0 {
		return 0
	}
	return min(1, float64(m.read.Load())/float64(m.total))
}
