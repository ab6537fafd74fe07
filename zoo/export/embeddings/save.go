package embeddings

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// Format is how embeddings are written to files.
type Format string

const (
	Parquet  Format = "parquet"  // field, id, value, count, vector
	NPY      Format = "npy"      // a matrix of float32; its rows are described in a CSV file beside it
	Word2Vec Format = "word2vec" // text
)

// ErrFormat is wrapped by the error of a format that is not known.
var ErrFormat = errors.New("unknown format of embeddings")

// Save writes embeddings to a new file. Beside one of NumPy it writes field, id, value and count of each row, as PATH without
// .npy and with .csv. It returns the files. One that is there already is an error that wraps fs.ErrExist. If anything fails,
// no file is left.
func Save(path string, format Format, t *predict.Trained, o Options) (files []string, r *Report, err error) {
	rows, r, err := rowsOf(t, o)
	if err != nil {
		return nil, nil, err
	}
	var set safefile.Set
	defer set.Discard()
	add := func(path string, write func(io.Writer) error) {
		w, createErr := set.Create(path)
		if err = errors.Join(err, createErr); err == nil {
			err = write(w)
		}
		files = append(files, path)
	}
	switch format {
	case Parquet:
		add(path, func(w io.Writer) error { return writeParquet(w, rows) })
	case NPY:
		add(path, func(w io.Writer) error { return writeNPY(w, rows, r) })
		add(valuesPath(path), func(w io.Writer) error { return writeValues(w, rows) })
	case Word2Vec:
		add(path, func(w io.Writer) error { return writeWord2Vec(w, rows, r, len(o.Fields) != 1) })
	default:
		err = fmt.Errorf("%w: %q", ErrFormat, format)
	}
	if err == nil {
		err = set.Commit()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("embeddings: %w", err)
	}
	return files, r, nil
}

// valuesPath is where the values of a file of NumPy are.
func valuesPath(path string) string { return strings.TrimSuffix(path, ".npy") + ".csv" }
