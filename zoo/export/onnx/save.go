package onnx

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// Files are what Save wrote; "" is a file that was not needed.
type Files struct {
	Model      string
	External   string // weights of more than 64 MB
	Vocabulary string // Parquet: field, id, value, count
}

// Save exports a model to a new file, and beside it the weights that are too large, as PATH.data, and, unless the inputs
// are raw, the vocabularies that make ids of values, as PATH without .onnx and with .vocabulary.parquet. A file that is
// there already is an error that wraps fs.ErrExist. If anything fails, no file is left.
func Save(path string, t *predict.Trained, kind InputKind) (*Files, error) {
	files, err := save(path, t, kind)
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	return files, nil
}

func save(path string, t *predict.Trained, kind InputKind) (*Files, error) {
	files := &Files{Model: path, External: path + ".data", Vocabulary: strings.TrimSuffix(path, ".onnx") + ".vocabulary.parquet"}
	if err := errors.Join(safefile.CheckNew(files.Model), safefile.CheckNew(files.External), safefile.CheckNew(files.Vocabulary)); err != nil {
		return nil, err
	}
	m, err := export(t, kind)
	if err != nil {
		return nil, err
	}
	var set safefile.Set
	defer set.Discard()
	add := func(file *string, isNeeded bool, write func(io.Writer) error) {
		if !isNeeded {
			*file = ""
			return
		}
		var w io.Writer
		if err == nil {
			w, err = set.Create(*file)
		}
		if err == nil {
			err = write(w)
		}
	}
	external := filepath.Base(files.External)
	add(&files.External, m.ExternalSize() > 0, m.WriteExternal)
	add(&files.Vocabulary, kind == IDs && t.Encoding != nil, func(w io.Writer) error { return prepared.WriteVocabularies(w, t.Encoding) })
	add(&files.Model, true, func(w io.Writer) error { return m.WriteTo(w, external) })
	if err != nil {
		return nil, err
	}
	return files, set.Commit()
}
