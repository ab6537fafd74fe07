package rawlog

import (
	"compress/bzip2"
	"context"
	"fmt"
	"hash"
	"io"
	"os"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// OpenFile opens a file, or the standard input if the path is safefile.Stdin, and unpacks .gz, .zst and .bz2, as its name
// says. The meter, which may be nil, counts the bytes that are read, as they are on the disk. Reading, and waiting
// for a pipe, ends with the context's error when ctx ends.
func OpenFile(ctx context.Context, path string, meter *Meter) (io.ReadCloser, error) {
	f, err := safefile.OpenInput(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	r := &fileReader{ctx: ctx, path: path, file: f, meter: meter, hash: meter.newHash()}
	if r.unpacked, err = unpack(path, packedBytes{r}); err != nil {
		f.Close()
		return nil, &SyntaxError{Path: path, Err: err}
	}
	_, isRegular := f.(*os.File) // another one may have nothing to read for long
	_, isPlain := r.unpacked.(packedBytes)
	if isRegular && (!isPlain || r.hash != nil) {
		r.beside = readBeside(r.unpacked)
		r.unpacked = r.beside
	}
	return r, nil
}

func unpack(path string, f io.Reader) (io.Reader, error) {
	name := strings.ToLower(path)
	switch {
	case strings.HasSuffix(name, ".gz"):
		return gzip.NewReader(f)
	case strings.HasSuffix(name, ".zst"):
		return zstd.NewReader(f, zstd.WithDecoderConcurrency(1))
	case strings.HasSuffix(name, ".bz2"):
		return bzip2.NewReader(f), nil
	}
	return f, nil
}

// fileReader reads a file until its context ends.
type fileReader struct {
	ctx      context.Context
	path     string
	file     io.ReadCloser
	meter    *Meter
	hash     hash.Hash // of the bytes so far; nil if nobody wants it
	bytes    int64     // so far
	unpacked io.Reader
	beside   *beside // that reads it; nil: the caller does
	ended    bool    // all of the content was read
}

func (r *fileReader) Read(p []byte) (int, error) {
	n, err := r.unpacked.Read(p)
	r.ended = r.ended || err == io.EOF
	return n, err
}

// Close closes the file. If its content was read to the end, the meter learns the hash of all of its bytes: those
// behind the packed content, too.
func (r *fileReader) Close() (err error) {
	if r.beside != nil {
		r.beside.close()
	}
	if r.hash != nil && r.ended {
		if _, err = io.Copy(io.Discard, packedBytes{r}); err == nil {
			r.meter.keep(r.path, r.bytes, r.hash)
		}
	}
	if closeErr := r.file.Close(); err == nil {
		err = closeErr
	}
	return err
}

// packedBytes reads the bytes of a file as they are on the disk.
type packedBytes struct{ *fileReader }

func (r packedBytes) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.file.Read(p)
	r.meter.Add(int64(n))
	if r.bytes += int64(n); r.hash != nil {
		r.hash.Write(p[:n])
	}
	return n, err
}
