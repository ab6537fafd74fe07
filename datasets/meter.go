package datasets

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
)

// meter counts the bytes that are read of some files, as they stand on the disk.
type meter struct {
	read  atomic.Int64
	total int64
}

type meterKey struct{}

// newMeter weighs files, and folders with all that is in them. What cannot be weighed counts as
// nothing: whoever opens it tells why.
func newMeter(paths []string) *meter {
	m := &meter{}
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

// context makes openFile count what it reads.
func (m *meter) context(ctx context.Context) context.Context {
	return context.WithValue(ctx, meterKey{}, m)
}

// countBytes tells the meter of a context what was read of a file without openFile.
func countBytes(ctx context.Context, n int64) {
	if m, _ := ctx.Value(meterKey{}).(*meter); m != nil {
		m.read.Add(n)
	}
}

// share is how much of all has been read.
func (m *meter) share() float64 {
	if m.total == 0 {
		return 0
	}
	return min(1, float64(m.read.Load())/float64(m.total))
}

// fileReader reads a file until its context ends, and tells the meter.
type fileReader struct {
	ctx   context.Context
	meter *meter // or nil
	io.Reader
}

func newFileReader(ctx context.Context, r io.Reader) io.Reader {
	m, _ := ctx.Value(meterKey{}).(*meter)
	return &fileReader{ctx: ctx, meter: m, Reader: r}
}

func (r *fileReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.Reader.Read(p)
	if r.meter != nil {
		r.meter.read.Add(int64(n))
	}
	return n, err
}
