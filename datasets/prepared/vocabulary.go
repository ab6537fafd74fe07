package prepared

import (
	"errors"
	"io"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
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

// WriteVocabularies writes, as Parquet, the vocabularies of the fields that have one of their own: field, id, value and
// count, from the id 0 of each field on.
func WriteVocabularies(to io.Writer, x *datasets.Encoding) error {
	w := parquet.NewGenericWriter[vocabularyRow](to, compression(), parquet.CreatedBy("ctrzoo", Version(), ""), parquet.MaxRowsPerRowGroup(1<<20))
	var err error
	for i, v := range x.Vocabularies {
		if field := &x.Schema.Fields[i]; v != nil && field.Shares == "" && err == nil {
			err = writeVocabulary(w, field.Name, v)
		}
	}
	return errors.Join(err, w.Close())
}

func writeVocabulary(w *parquet.GenericWriter[vocabularyRow], field string, v *datasets.Vocabulary) error {
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

// readVocabularies reads the vocabularies. It returns them by the names of their fields.
func readVocabularies(path string) (map[string]*datasets.Vocabulary, error) {
	f, pf, err := rawlog.OpenParquet(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if !sameColumns(pf.Schema(), parquet.SchemaOf(vocabularyRow{})) {
		return nil, &rawlog.SyntaxError{Path: path, Err: errNotOurs}
	}
	if err := rawlog.CheckPages(f, pf); err != nil {
		return nil, &rawlog.SyntaxError{Path: path, Err: err}
	}
	r := parquet.NewGenericReader[vocabularyRow](pf)
	defer r.Close()
	builders := map[string]*datasets.VocabularyBuilder{}
	rows := make([]vocabularyRow, 1024)
	for {
		n, err := r.Read(rows)
		for _, row := range rows[:n] {
			if !addRow(builders, row) {
				return nil, &rawlog.SyntaxError{Path: path, Value: row.Value, Err: errors.New("the vocabulary is out of order")}
			}
		}
		if err == io.EOF {
			byField := map[string]*datasets.Vocabulary{}
			for field, b := range builders {
				byField[field] = b.All()
			}
			return byField, nil
		}
		if err != nil {
			return nil, &rawlog.SyntaxError{Path: path, Err: err}
		}
	}
}

// addRow adds a row to its vocabulary, and reports whether it is the next one there.
func addRow(builders map[string]*datasets.VocabularyBuilder, row vocabularyRow) bool {
	b := builders[row.Field]
	switch {
	case b == nil && row.ID == 0:
		b = datasets.NewVocabularyBuilder()
		builders[row.Field] = b
	case b == nil || int(row.ID) != b.Len() || b.Add(row.Value) != row.ID:
		return false
	}
	b.Count(row.ID, int(row.Count))
	return true
}
