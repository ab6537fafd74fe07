package checkpoint

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
)

// Part is a file of a checkpoint.
type Part struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// writePart writes a file, and returns once it is on the disk.
func writePart(path string, write func(io.Writer) error) (Part, error) {
	f, err := os.Create(path)
	if err != nil {
		return Part{}, err
	}
	defer f.Close() // a second time, unless there was an error
	m := meter{hash: sha256.New()}
	buffer := bufio.NewWriterSize(f, 1<<20)
	if err := write(io.MultiWriter(buffer, &m)); err != nil {
		return Part{}, err
	}
	if err := errors.Join(buffer.Flush(), f.Sync(), f.Close()); err != nil {
		return Part{}, err
	}
	return m.part(), nil
}

// measurePart is writePart without a file.
func measurePart(write func(io.Writer) error) (Part, error) {
	m := meter{hash: sha256.New()}
	err := write(&m)
	return m.part(), err
}

// check compares a file with what was written: its size first.
func (p Part) check(path string) error {
	f, err := safefile.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() != p.Bytes {
		return fmt.Errorf("%s is %w: it has %d bytes, not %d", path, ErrDamaged, info.Size(), p.Bytes)
	}
	return p.compare(context.Background(), f, path)
}

// compare compares the bytes of a file with what was written, until the context ends.
func (p Part) compare(ctx context.Context, file io.Reader, path string) error {
	m := meter{hash: sha256.New()}
	for err := error(nil); err != io.EOF; {
		if err = ctx.Err(); err != nil {
			return err
		}
		if _, err = io.CopyN(&m, file, 16<<20); err != nil && err != io.EOF {
			return err
		}
	}
	if got := m.part(); got != p {
		return fmt.Errorf("%s is %w: it has SHA-256 %s, not %.64s", path, ErrDamaged, got.SHA256, p.SHA256)
	}
	return nil
}

// meter counts and hashes what is written.
type meter struct {
	hash interface {
		io.Writer
		Sum([]byte) []byte
	}
	bytes int64
}

func (m *meter) Write(data []byte) (int, error) {
	m.bytes += int64(len(data))
	return m.hash.Write(data)
}

func (m *meter) part() Part { return Part{m.bytes, hex.EncodeToString(m.hash.Sum(nil))} }

// replace writes a file in place of an older one, which stays whole until the new one is on the disk.
func replace(path string, write func(io.Writer) error) (Part, error) {
	m := meter{hash: sha256.New()}
	err := safefile.Replace(path, func(w io.Writer) error {
		buffer := bufio.NewWriterSize(w, 1<<20)
		return errors.Join(write(io.MultiWriter(buffer, &m)), buffer.Flush())
	})
	return m.part(), err
}
