package prepared

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
)

// ErrDamaged is wrapped by the error of a file that is not the one that was written.
var ErrDamaged = errors.New("not the file that was written here")

// Sum is how a file is known again. A folder of an older version has no size and no end; then nothing is compared but
// the SHA-256.
type Sum struct {
	Bytes  int64  `json:"bytes,omitempty"`
	SHA256 string `json:"sha256"`
	// End is the SHA-256 of the last bytes, at most 64 KiB. They hold the footer of a Parquet file: which columns and
	// rows it has, and where. They are compared whenever a file is opened.
	End string `json:"end_sha256,omitempty"`
}

// bytesOfEnd is how many bytes Sum.End is of.
const bytesOfEnd = 1 << 16

// alwaysCompared is up to which size the whole of a file is compared, if nobody asks for more.
const alwaysCompared = 256 << 20

// sumWriter computes the Sum of what is written to it.
type sumWriter struct {
	hash  hash.Hash
	bytes int64
	end   []byte
}

func newSumWriter() *sumWriter { return &sumWriter{hash: sha256.New()} }

func (s *sumWriter) Write(p []byte) (int, error) {
	s.hash.Write(p)
	s.bytes += int64(len(p))
	s.end = append(s.end, p[max(0, len(p)-bytesOfEnd):]...)
	if more := len(s.end) - bytesOfEnd; more > bytesOfEnd {
		s.end = append(s.end[:0], s.end[more:]...)
	}
	return len(p), nil
}

func (s *sumWriter) sum() Sum {
	end := sha256.Sum256(s.end[max(0, len(s.end)-bytesOfEnd):])
	return Sum{s.bytes, hex.EncodeToString(s.hash.Sum(nil)), hex.EncodeToString(end[:])}
}

// checkEnd compares the size and the end of an open file.
func (s *Sum) checkEnd(f *os.File) error {
	if s.End == "" {
		return nil
	}
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	if info.Size() != s.Bytes {
		return s.damaged(f, "it has %d bytes, not %d", info.Size(), s.Bytes)
	}
	from := max(0, s.Bytes-bytesOfEnd)
	end := sha256.New()
	if _, err := io.Copy(end, io.NewSectionReader(f, from, s.Bytes-from)); err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	if hex.EncodeToString(end.Sum(nil)) != s.End {
		return s.damaged(f, "its last bytes are others")
	}
	return nil
}

// check compares a file with what was written: its size and its end; and all of it, if it is small or all is true.
func (s *Sum) check(path string, all bool) error {
	f, err := safefile.Open(path)
	if err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	defer f.Close()
	if err := s.checkEnd(f); err != nil {
		return err
	}
	if info, err := f.Stat(); err != nil || !all && info.Size() > alwaysCompared {
		return err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != s.SHA256 {
		return s.damaged(f, "it has SHA-256 %s, not %.64s", got, s.SHA256)
	}
	return nil
}

func (s *Sum) damaged(f *os.File, how string, a ...any) error {
	return &rawlog.SyntaxError{Path: f.Name(), Err: fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(how, a...))}
}
