package checkpoint

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// encodingFiles are the files of an encoding and what writes them. For each field with a vocabulary
// of its own the file of vocabularies has
//
//	FIELD/values  the values of ids 0, 1, 2 ... in UTF-8, one after another
//	FIELD/ends    where each ends in them
//	FIELD/counts  how often each occurs in the training part; an id with an empty value and count 0 is free
//
// and the same as FIELD/waiting_values, waiting_ends and waiting_counts for values that wait for an id, if they are kept,
// and FIELD/scale, mean, multiplier and what an empty cell counts as, for a number.
func encodingFiles(e *datasets.Encoding) (map[string]func(io.Writer) error, error) {
	if e == nil {
		return nil, nil
	}
	text, err := e.Schema.JSON()
	if err != nil {
		return nil, err
	}
	return map[string]func(io.Writer) error{
		schemaFile: func(w io.Writer) error {
			_, err := w.Write(text)
			return err
		},
		vocabularyFile: vocabularyTensors(e).Write,
	}, nil
}

func vocabularyTensors(e *datasets.Encoding) *Tensors {
	var t Tensors
	for i, f := range e.Schema.Fields {
		v := e.Vocabularies[i]
		switch {
		case f.Kind == "numeric":
			AddScale(&t, f.Name+"/scale", e.Scales[i])
		case f.Shares == "" && v != nil: // buckets have none
			all := datasets.Counts{}
			for id := range int32(v.Len()) {
				all.Values, all.Counts = append(all.Values, v.Value(id)), append(all.Counts, v.Count(id))
			}
			AddCounts(&t, f.Name+"/", all)
			if v.KeepsWaiting() {
				AddCounts(&t, f.Name+"/waiting_", v.Waiting())
			}
		}
	}
	if len(t.arrays) == 0 { // every field is hashed, and a file without arrays cannot be read
		Add(&t, "none", []byte{0})
	}
	return &t
}

// AddCounts adds values with their counts, under names with a prefix.
func AddCounts(t *Tensors, prefix string, all datasets.Counts) {
	var values []byte
	ends, counts := make([]uint64, len(all.Values)), make([]uint64, len(all.Values))
	for i, value := range all.Values {
		values = append(values, value...)
		ends[i], counts[i] = uint64(len(values)), uint64(all.Counts[i])
	}
	Add(t, prefix+"values", values)
	Add(t, prefix+"ends", ends)
	Add(t, prefix+"counts", counts)
}

// WriteEncoding writes the files of an encoding to the directory.
func (d *Directory) WriteEncoding(e *datasets.Encoding) (map[string]Part, error) {
	if err := d.CheckLock(); err != nil {
		return nil, err
	}
	files, err := encodingFiles(e)
	parts := map[string]Part{}
	for name, write := range files {
		if parts[name], err = replace(d.file(filepath.Base(name)), write); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	return parts, nil
}

// MeasureEncoding is WriteEncoding without files.
func MeasureEncoding(e *datasets.Encoding) (map[string]Part, error) {
	files, err := encodingFiles(e)
	parts := map[string]Part{}
	for name, write := range files {
		if parts[name], err = measurePart(write); err != nil {
			return nil, err
		}
	}
	return parts, err
}

// ReadEncoding reads the encoding that belongs to a checkpoint.
func ReadEncoding(checkpoint string) (*datasets.Encoding, error) {
	path := filepath.Join(checkpoint, schemaFile)
	text, err := safefile.Read(path, safefile.MostText)
	if err != nil {
		return nil, err
	}
	described, err := schema.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s is %w: %w", path, ErrDamaged, err)
	}
	m, err := openMapped(filepath.Join(checkpoint, vocabularyFile))
	if err != nil {
		return nil, err
	}
	defer m.Close()
	name := func(field int) string { return described.Fields[field].Name }
	vocabulary := func(field int) (*datasets.Vocabulary, error) { return readVocabulary(m, name(field)) }
	scale := func(field int) (datasets.Scale, error) { return ReadScale(m, name(field)+"/scale") }
	return datasets.NewEncoding(described, vocabulary, scale)
}

// AddScale adds the scale of a number.
func AddScale(t *Tensors, name string, s datasets.Scale) {
	Add(t, name, []float64{s.Mean, s.Multiplier, s.Empty})
}

// ReadScale reads what AddScale added.
func ReadScale(m *Mapped, name string) (datasets.Scale, error) {
	s := make([]float64, 3)
	err := Read(m, name, s)
	return datasets.Scale{Mean: s[0], Multiplier: s[1], Empty: s[2]}, err
}

func readVocabulary(m *Mapped, field string) (*datasets.Vocabulary, error) {
	all, err := ReadCounts(m, field+"/")
	if err != nil {
		return nil, err
	}
	v, err := datasets.NewVocabulary(all.Values, all.Counts)
	if err == nil && m.Has(field+"/waiting_ends") {
		if all, err = ReadCounts(m, field+"/waiting_"); err == nil {
			v.SetWaiting(all)
		}
	}
	return v, err
}

// ReadCounts reads what AddCounts added under the names with a prefix.
func ReadCounts(m *Mapped, prefix string) (all datasets.Counts, err error) {
	bytes, err := View[byte](m, prefix+"values")
	ends, endsErr := View[uint64](m, prefix+"ends")
	counts, countsErr := View[uint64](m, prefix+"counts")
	if err := errors.Join(err, endsErr, countsErr); err != nil {
		return all, err
	}
	if len(counts) != len(ends) {
		return all, m.Damaged("%sends has %d values and %scounts %d", prefix, len(ends), prefix, len(counts))
	}
	text, from := string(bytes), uint64(0)
	for i, end := range ends {
		if end < from || end > uint64(len(text)) {
			return all, m.Damaged("%sends: value %d ends at %d", prefix, i, end)
		}
		all.Values, all.Counts = append(all.Values, text[from:end]), append(all.Counts, int(counts[i]))
		from = end
	}
	return all, nil
}
