package encode

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/ctrzoo/ctrzoo/graph/offheap"
)

// chunk is some samples of an encoder, row after row. Ids are provisional; numbers are in float64
// and not yet scaled, NaN where the cell was empty.
type chunk struct {
	ids     []int32
	numbers []float64
	labels  []uint8
	keys    []int64   // of the splitter
	weights []float32 // empty if the samples have none
}

func (c *chunk) rows() int { return len(c.keys) }

func (c *chunk) clear() {
	c.ids, c.numbers, c.labels, c.keys, c.weights = c.ids[:0], c.numbers[:0], c.labels[:0], c.keys[:0], c.weights[:0]
}

// move moves a row of a chunk of rows to an earlier place.
func (c *chunk) move(to, row, rows int) {
	if to == row {
		return
	}
	moveRow(c.ids, to, row, rows)
	moveRow(c.numbers, to, row, rows)
	moveRow(c.labels, to, row, rows)
	moveRow(c.weights, to, row, rows)
}

func moveRow[T any](s []T, to, row, rows int) {
	n := len(s) / rows
	copy(s[to*n:(to+1)*n], s[row*n:(row+1)*n])
}

// cut keeps the first of the rows of a chunk.
func (c *chunk) cut(kept, rows int) {
	if rows > 0 {
		c.ids, c.numbers = c.ids[:len(c.ids)/rows*kept], c.numbers[:len(c.numbers)/rows*kept]
		c.labels, c.weights = c.labels[:kept], c.weights[:len(c.weights)/rows*kept]
	}
}

// Spool keeps the samples of a log until their final ids are known: a MemorySpool or a FileSpool.
type Spool interface {
	// add appends a chunk, and leaves an empty one.
	add(c *chunk) error
	// all goes through the chunks, any number of times. A chunk is valid until the next one.
	all() iter.Seq2[*chunk, error]
}

// MemorySpool keeps the samples in memory. The zero value is empty.
type MemorySpool struct {
	chunks  []*chunk
	bytes   int // of the chunks
	checked int // bytes when there was enough memory
}

// bytesPerCheck is how many bytes are added before the memory that is left is looked at again.
const bytesPerCheck = 64 << 20

func (s *MemorySpool) add(c *chunk) error {
	s.bytes += 4*len(c.ids) + 8*len(c.numbers) + len(c.labels) + 8*len(c.keys) + 4*len(c.weights)
	if s.bytes > s.checked+bytesPerCheck {
		// What becomes of the samples takes about as much once more.
		if err := offheap.Times(1, s.bytes).Check(); err != nil {
			return fmt.Errorf("datasets: the log is too large for memory: %w; prepare it, and train from the files", err)
		}
		s.checked = s.bytes
	}
	kept := *c
	s.chunks = append(s.chunks, &kept)
	*c = chunk{
		ids: make([]int32, 0, len(c.ids)), numbers: make([]float64, 0, len(c.numbers)),
		labels: make([]uint8, 0, len(c.labels)), keys: make([]int64, 0, len(c.keys)),
		weights: make([]float32, 0, len(c.weights)),
	}
	return nil
}

func (s *MemorySpool) all() iter.Seq2[*chunk, error] {
	return func(yield func(*chunk, error) bool) {
		for _, c := range s.chunks {
			if !yield(c, nil) {
				return
			}
		}
	}
}

// FileSpool keeps the samples in a file, 4 bytes for each id, 8 for each number, 9 for each sample and 4 for its
// weight, if it has one. The file has for each chunk the lengths of its five parts and then the parts.
type FileSpool struct {
	path string
	file *os.File
	w    *bufio.Writer
	buf  []byte
}

// NewFileSpool creates the file of a spool.
func NewFileSpool(path string) (*FileSpool, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	return &FileSpool{path: path, file: f, w: bufio.NewWriterSize(f, 1<<20)}, nil
}

func (s *FileSpool) add(c *chunk) error {
	lengths := [5]uint32{uint32(len(c.ids)), uint32(len(c.numbers)), uint32(len(c.labels)), uint32(len(c.keys)), uint32(len(c.weights))}
	s.buf = s.buf[:0]
	for _, part := range []any{lengths, c.ids, c.numbers, c.labels, c.keys, c.weights} {
		s.buf, _ = binary.Append(s.buf, binary.LittleEndian, part) // never fails: all sizes are fixed
	}
	c.clear()
	if _, err := s.w.Write(s.buf); err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	return nil
}

func (s *FileSpool) all() iter.Seq2[*chunk, error] {
	return func(yield func(*chunk, error) bool) {
		if err := s.eachChunk(func(c *chunk) bool { return yield(c, nil) }); err != nil {
			yield(nil, fmt.Errorf("datasets: %w", err))
		}
	}
}

func (s *FileSpool) eachChunk(yield func(*chunk) bool) error {
	if err := s.w.Flush(); err != nil {
		return err
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r := bufio.NewReaderSize(s.file, 1<<20)
	var c chunk
	for {
		var lengths [5]uint32
		if err := binary.Read(r, binary.LittleEndian, &lengths); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		c.ids, c.numbers = resize(c.ids, int(lengths[0])), resize(c.numbers, int(lengths[1]))
		c.labels, c.keys = resize(c.labels, int(lengths[2])), resize(c.keys, int(lengths[3]))
		c.weights = resize(c.weights, int(lengths[4]))
		for _, part := range []any{c.ids, c.numbers, c.labels, c.keys, c.weights} {
			if err := s.read(r, part); err != nil {
				return err
			}
		}
		if !yield(&c) {
			return nil
		}
	}
}

func (s *FileSpool) read(r io.Reader, part any) error {
	s.buf = resize(s.buf, binary.Size(part))
	if _, err := io.ReadFull(r, s.buf); err != nil {
		return err
	}
	_, err := binary.Decode(s.buf, binary.LittleEndian, part)
	return err
}

// Remove ends the spool and removes its file.
func (s *FileSpool) Remove() error {
	s.file.Close() // it is read only by now, and about to go
	return os.Remove(s.path)
}

// resize makes a slice of a length, in place if it fits.
func resize[T any](s []T, n int) []T {
	if n <= cap(s) {
		return s[:n]
	}
	return make([]T, n)
}

var (
	_ Spool = (*MemorySpool)(nil)
	_ Spool = (*FileSpool)(nil)
)
