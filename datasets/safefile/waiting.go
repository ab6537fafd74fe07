package safefile

import (
	"bytes"
	"context"
	"os"
	"time"
)

// A pipe, or a device, may have nothing to read and no room to write for a while. Whoever waits for it waits in a
// goroutine that is left behind when the context ends; it holds the file and a buffer of its own, and nothing else.

// await returns what do returns, or the error of ctx if that ends first.
func await[T any](ctx context.Context, do func() (T, error), late func(T)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		value, err := do()
		answers <- answer{value, err}
	}()
	select {
	case a := <-answers:
		return a.value, a.err
	case <-ctx.Done():
		go func() {
			if a := <-answers; a.err == nil {
				late(a.value)
			}
		}()
		var none T
		return none, ctx.Err()
	}
}

// waitToOpen opens a file. A pipe opens once its other end is open.
func waitToOpen(ctx context.Context, path string, flag int) (*os.File, error) {
	return await(ctx, func() (*os.File, error) { return os.OpenFile(path, flag, 0) }, func(f *os.File) { f.Close() })
}

func nothing(int) {}

// waitingReader reads a file that may have to be waited for.
type waitingReader struct {
	ctx    context.Context
	file   *os.File
	buffer []byte
	ahead  []byte // of the buffer, not yet given
	err    error  // that comes after what is ahead
}

func (r *waitingReader) Read(p []byte) (int, error) {
	if len(r.ahead) == 0 && r.err == nil {
		if r.buffer == nil {
			r.buffer = make([]byte, 1<<16)
		}
		var n int
		n, r.err = await(r.ctx, func() (int, error) { return r.file.Read(r.buffer) }, nothing)
		r.ahead = r.buffer[:n]
	}
	if len(r.ahead) == 0 {
		return 0, r.err
	}
	n := copy(p, r.ahead)
	r.ahead = r.ahead[n:]
	return n, nil
}

// Close closes the file, unless it is the standard input, which stays as it is.
func (r *waitingReader) Close() error {
	if r.file == os.Stdin {
		return nil
	}
	return r.file.Close()
}

// WaitingWriter writes to a file that may have to be waited for, until its context ends.
type WaitingWriter struct {
	Context  context.Context
	File     *os.File
	Patience time.Duration // how long a write may take after that, so that last words are heard; default: no longer
}

// Write writes a copy of p: after an error the goroutine that is left behind still has it.
func (w *WaitingWriter) Write(p []byte) (int, error) {
	ctx, own := w.Context, bytes.Clone(p)
	if w.Patience > 0 {
		later, stop := context.WithCancel(context.WithoutCancel(ctx))
		defer stop()
		defer context.AfterFunc(ctx, func() { time.AfterFunc(w.Patience, stop) })()
		ctx = later
	}
	return await(ctx, func() (int, error) { return w.File.Write(own) }, nothing)
}
