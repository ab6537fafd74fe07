package embeddings

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/zoo/internal/npy"
	"github.com/parquet-go/parquet-go"
)

// ErrFile is wrapped by the error of a file that does not hold embeddings as Save writes them.
var ErrFile = errors.New("not a file of embeddings")

// vector is an embedding of a file.
type vector struct {
	field, value string
	id           int
	values       []float32 // valid until the next vector
}

// readVectors yields the vectors of a file: one of NumPy if its name ends with .npy, else Parquet.
func readVectors(path string) iter.Seq2[*vector, error] {
	return func(yield func(*vector, error) bool) {
		f, err := safefile.Open(path)
		if err != nil {
			yield(nil, err)
			return
		}
		defer f.Close()
		read := readParquet
		if strings.HasSuffix(path, ".npy") {
			read = readNPY
		}
		if err := read(f, yield); err != nil {
			yield(nil, fmt.Errorf("%s is %w: %w", path, ErrFile, err))
		}
	}
}

// readParquet needs the columns field, value and vector.
func readParquet(f *os.File, yield func(*vector, error) bool) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	file, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		return err
	}
	for _, name := range []string{"field", "value", "vector"} {
		if !slices.ContainsFunc(file.Schema().Fields(), func(f parquet.Field) bool { return f.Name() == name }) {
			return fmt.Errorf("it has no column %q", name)
		}
	}
	r := parquet.NewGenericReader[parquetRow](file)
	defer r.Close()
	rows := make([]parquetRow, 256)
	for {
		n, err := r.Read(rows)
		for i := range rows[:n] {
			if x := &rows[i]; !yield(&vector{x.Field, x.Value, int(x.ID), x.Vector}, nil) {
				return nil
			}
		}
		if err != nil {
			return ignoreEOF(err)
		}
	}
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// readNPY reads a matrix, and what its rows are from the CSV file beside it.
func readNPY(f *os.File, yield func(*vector, error) bool) error {
	data := bufio.NewReaderSize(f, 1<<20)
	rows, dim, err := readNPYHeader(data)
	if err != nil {
		return err
	}
	file, err := safefile.Open(valuesPath(f.Name()))
	if err != nil {
		return err
	}
	defer file.Close()
	lines := csv.NewReader(bufio.NewReader(file))
	lines.ReuseRecord = true
	if names, err := lines.Read(); err != nil || !slices.Equal(names, npyColumns()) {
		return errors.Join(fmt.Errorf("%s: want the columns %q", file.Name(), npyColumns()), err)
	}
	v := &vector{values: make([]float32, dim)}
	for range rows {
		if _, err := io.ReadFull(data, offheap.Bytes(v.values)); err != nil {
			return err
		}
		line, err := lines.Read()
		if err != nil {
			return fmt.Errorf("%s: %w", file.Name(), err)
		}
		v.field, v.value = line[0], line[2]
		if v.id, err = strconv.Atoi(line[1]); err != nil {
			return fmt.Errorf("%s: %w", file.Name(), err)
		}
		if !yield(v, nil) {
			return nil
		}
	}
	return nil
}

func readNPYHeader(r io.Reader) (rows, dim int, err error) {
	h, err := npy.Read(r)
	switch {
	case err != nil:
		return 0, 0, err
	case h.Type != "<f4" || h.Fortran || len(h.Shape) != 2:
		return 0, 0, fmt.Errorf("want a matrix of <f4 in C order, got %v", h)
	case h.Shape[1] > 1<<20:
		return 0, 0, fmt.Errorf("vectors of %d values", h.Shape[1])
	}
	return h.Shape[0], h.Shape[1], nil
}
