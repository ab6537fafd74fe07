package periods

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"iter"
	"math"
	"os"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
)

// spool keeps rows in a file. Of each it has the number of the bytes that follow, the line, a path, which is empty if it is
// that of the row before, and the values. Numbers are varints, and texts have their lengths before them.
type spool struct {
	columns []rawlog.Column
	file    *os.File
	w       *bufio.Writer
	hash    hash.Hash
	size    []byte // of the last row, as it is written
	buf     []byte // its bytes
	path    string

	rows int
	bad  []badLine
}

// badLine is a line that was bad, before a row of the spool.
type badLine struct {
	before int
	err    error
}

func newSpool(path string, columns []rawlog.Column) (*spool, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("datasets: periods: %w", err)
	}
	return &spool{columns: columns, file: f, w: bufio.NewWriterSize(f, 1<<18), hash: sha256.New()}, nil
}

// add adds a row.
func (s *spool) add(r *rawlog.Record) error {
	path := r.Path
	if path == s.path {
		path = ""
	}
	s.path = r.Path
	s.buf = appendText(binary.AppendUvarint(s.buf[:0], uint64(r.Line)), path)
	values := len(s.buf)
	for _, v := range r.Values {
		s.buf = appendText(s.buf, v)
	}
	s.rows++
	s.hash.Write(s.buf[values:])
	s.size = binary.AppendUvarint(s.size[:0], uint64(len(s.buf)))
	s.w.Write(s.size)
	if _, err := s.w.Write(s.buf); err != nil { // which has the error of the first one, too
		return fmt.Errorf("datasets: periods: %w", err)
	}
	return nil
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// addBad adds a line that is bad.
func (s *spool) addBad(err error) { s.bad = append(s.bad, badLine{s.rows, err}) }

// finish ends the rows of a period, and returns their hash.
func (s *spool) finish() (string, error) {
	if err := s.w.Flush(); err != nil {
		return "", fmt.Errorf("datasets: periods: %w", err)
	}
	return hex.EncodeToString(s.hash.Sum(nil)), nil
}

// begin drops the rows, for another period.
func (s *spool) begin() error {
	err := s.file.Truncate(0)
	if err == nil {
		_, err = s.file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("datasets: periods: %w", err)
	}
	s.w.Reset(s.file)
	s.hash.Reset()
	s.path, s.rows, s.bad = "", 0, nil
	return nil
}

// remove ends the spool.
func (s *spool) remove() {
	s.file.Close()
	os.Remove(s.file.Name())
}

// log is the rawlog.Log of the rows.
func (s *spool) log(ctx context.Context, columns []rawlog.Column, _ *rawlog.Meter) iter.Seq2[*rawlog.Record, error] {
	return func(yield func(*rawlog.Record, error) bool) {
		if err := s.read(ctx, columns, yield); err != nil {
			yield(nil, err)
		}
	}
}

func (s *spool) read(ctx context.Context, columns []rawlog.Column, yield func(*rawlog.Record, error) bool) error {
	at := make([]int, len(columns))
	for i, c := range columns {
		at[i] = slices.IndexFunc(s.columns, func(own rawlog.Column) bool { return own.Name == c.Name })
		if at[i] < 0 {
			return fmt.Errorf("datasets: periods: column %q: %w", c.Name, rawlog.ErrUnknownColumn)
		}
	}
	r := &spoolReader{r: bufio.NewReaderSize(io.NewSectionReader(s.file, 0, 1<<62), 1<<18), values: make([]string, len(s.columns))}
	out := &rawlog.Record{Values: make([]string, len(columns))}
	bad := s.bad
	for row := 0; ; row++ {
		for ; len(bad) > 0 && bad[0].before == row; bad = bad[1:] {
			if !yield(nil, bad[0].err) {
				return nil
			}
		}
		if row == s.rows {
			return nil
		}
		if row%rowsPerCheck == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := r.next(); err != nil {
			return fmt.Errorf("datasets: periods: %s: %w: %w", s.file.Name(), ErrSpool, err)
		}
		out.Path, out.Line = r.path, r.line
		for i, j := range at {
			out.Values[i] = r.values[j]
		}
		if !yield(out, nil) {
			return nil
		}
	}
}

// rowsPerCheck is the number of rows after which the context is checked.
const rowsPerCheck = 1 << 13

// spoolReader reads rows one by one.
type spoolReader struct {
	r      *bufio.Reader
	buf    []byte
	path   string
	line   int
	values []string // parts of one text
}

func (r *spoolReader) next() error {
	size, err := binary.ReadUvarint(r.r)
	if err != nil {
		return err
	}
	if size > math.MaxInt32 {
		return io.ErrUnexpectedEOF
	}
	r.buf = slices.Grow(r.buf[:0], int(size))[:size]
	if _, err := io.ReadFull(r.r, r.buf); err != nil {
		return err
	}
	rest := string(r.buf)
	r.line = int(r.number(&rest))
	if path := r.text(&rest); path != "" {
		r.path = path
	}
	for i := range r.values {
		r.values[i] = r.text(&rest)
	}
	return nil
}

// text takes a text from the beginning of the rest of a row.
func (r *spoolReader) text(rest *string) string {
	n := min(r.number(rest), uint64(len(*rest)))
	text := (*rest)[:n]
	*rest = (*rest)[n:]
	return text
}

// number takes a number from the beginning of the rest of a row.
func (r *spoolReader) number(rest *string) uint64 {
	v, size := binary.Uvarint(r.buf[len(r.buf)-len(*rest):])
	*rest = (*rest)[max(0, size):]
	return v
}
