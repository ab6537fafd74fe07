package safefile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// What the errors of this package wrap.
var (
	ErrNotRegular = errors.New("it is no regular file")
	ErrTooLarge   = errors.New("it is larger than it may be")
)

// Stdin is the path of the standard input.
const Stdin = "-"

// Open opens a regular file for reading. A pipe or a device, which might never end, is an ErrNotRegular; it is not
// even opened, since that may wait, too.
func Open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if err := checkRegular(path, info); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err = f.Stat()
	if err == nil {
		err = checkRegular(path, info)
	}
	if err != nil { // it was replaced meanwhile
		f.Close()
		return nil, err
	}
	return f, nil
}

func checkRegular(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s: %w", path, ErrNotRegular)
	}
	return nil
}

// Read reads a regular file of at most so many bytes. A larger one is an ErrTooLarge.
func Read(path string, most int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAll(f, most)
}

// MostText is how many bytes a file of settings may have, a certificate or a list of tokens: 16 MiB.
const MostText = 16 << 20

// ReadInput reads what a user names, which may be a pipe: a file of settings, of at most MostText bytes. A larger one is an ErrTooLarge.
func ReadInput(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAll(f, MostText)
}

func readAll(f *os.File, most int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s: %w: %d bytes", f.Name(), ErrTooLarge, most)
	}
	return text, err
}

// OpenInput opens what a user names: a regular file, a pipe or a device, or the standard input if the path is Stdin.
// Waiting for it, and for its content, ends with the context's error when ctx ends.
func OpenInput(ctx context.Context, path string) (io.ReadCloser, error) {
	if path == Stdin {
		return &waitingReader{ctx: ctx, file: os.Stdin}, nil
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		f, err := waitToOpen(ctx, path, os.O_RDONLY)
		if err != nil {
			return nil, err
		}
		return &waitingReader{ctx: ctx, file: f}, nil
	}
	return os.Open(path)
}

// CheckOnce finds a path that is given twice, although what it names can be read only once, as a pipe.
func CheckOnce(paths []string) error {
	seen := map[string]bool{}
	for _, path := range paths {
		if path != Stdin && !canBeReadOnce(path) {
			continue
		}
		if seen[path] {
			return fmt.Errorf("%s can be read only once, and is given twice", path)
		}
		seen[path] = true
	}
	return nil
}

func canBeReadOnce(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular() && !info.IsDir()
}
