package datasets

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/parquet-go/parquet-go"
)

// vocabularyRow is a row of vocabulary.parquet, which holds the vocabularies one after the other,
// each from its id 0 on.
type vocabularyRow struct {
	Field string `parquet:"field,dict"`
	ID    int32  `parquet:"id,delta"`
	Value string `parquet:"value"`
	Count int64  `parquet:"count,delta"`
}

func writeVocabularies(path string, e *encoder) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	w := parquet.NewGenericWriter[vocabularyRow](f, compression(), parquet.MaxRowsPerRowGroup(1<<20))
	for i := range e.fields {
		field := &e.fields[i]
		if field.vocabulary != nil && field.owner == i && err == nil {
			err = writeVocabulary(w, field.Name, field.vocabulary)
		}
	}
	if closeErr := w.Close(); err == nil {
		err = closeErr
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("datasets: %s: %w", path, err)
	}
	return nil
}

func writeVocabulary(w *parquet.GenericWriter[vocabularyRow], field string, v *Vocabulary) error {
	rows := make([]vocabularyRow, 0, 1024)
	for id := range int32(v.Len()) {
		rows = append(rows, vocabularyRow{field, id, v.Value(id), int64(v.Count(id))})
		if len(rows) == cap(rows) || int(id) == v.Len()-1 {
			if _, err := w.Write(rows); err != nil {
				return err
			}
			rows = rows[:0]
		}
	}
	return nil
}

// readVocabularies reads the vocabularies by the names of their fields.
func readVocabularies(path string) (map[string]*Vocabulary, error) {
	f, pf, err := openParquetFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if !sameColumns(pf.Schema(), parquet.SchemaOf(vocabularyRow{})) {
		return nil, &SyntaxError{Path: path, Err: errNotOurs}
	}
	r := parquet.NewGenericReader[vocabularyRow](pf)
	defer r.Close()
	byField := map[string]*Vocabulary{}
	rows := make([]vocabularyRow, 1024)
	for {
		n, err := r.Read(rows)
		for _, row := range rows[:n] {
			if !addRow(byField, row) {
				return nil, &SyntaxError{Path: path, Value: shorten(row.Value), Err: errors.New("the vocabulary is out of order")}
			}
		}
		if err == io.EOF {
			return byField, nil
		}
		if err != nil {
			return nil, &SyntaxError{Path: path, Err: err}
		}
	}
}

// addRow adds a row to its vocabulary, and says whether it is the next one there.
func addRow(byField map[string]*Vocabulary, row vocabularyRow) bool {
	v := byField[row.Field]
	if row.ID == 0 && v == nil {
		byField[row.Field] = newVocabulary()
		byField[row.Field].counts[0] = int(row.Count)
		return true
	}
	if v == nil || v.add(row.Value) != row.ID || v.Len() != int(row.ID)+1 {
		return false
	}
	v.counts[row.ID] = int(row.Count)
	return true
}
