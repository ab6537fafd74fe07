package datasets

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Set is a data set in parts that share vocabularies.
type Set struct {
	Train, Valid, Test Source        // Valid and Test may be nil
	Vocabularies       []*Vocabulary // by field; nil for a number, and for a set without a vocabulary
	// BestAUC is the test AUC of the true probabilities, where they are known, else 0.
	BestAUC float64
	// Encoding turns raw samples into ids of this set; nil if the set was not made of raw samples.
	Encoding *Encoding
}

// Files are the files of each part of a log. Their kind is told by their names: .tsv and .txt are
// separated by tabs, all others by commas; .gz, .zst and .bz2 are unpacked.
type Files struct{ Train, Valid, Test []string }

// Progress is told the number of rows read so far, every few thousand rows.
type Progress func(rows int)

// Read reads a log to memory. Vocabularies and scales come from the training part only.
func Read(ctx context.Context, s *Schema, files Files, progress Progress) (*Set, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("datasets: %w: %w", ErrSchema, err)
	}
	if len(files.Train) == 0 {
		return nil, fmt.Errorf("datasets: the training part has no files: %w", ErrEmpty)
	}
	e := newEncoder(s)
	train, err := e.readPart(ctx, files.Train, progress)
	if err != nil {
		return nil, err
	}
	if len(train.labels) == 0 {
		return nil, &SyntaxError{Path: strings.Join(files.Train, ", "), Err: ErrEmpty}
	}
	e.finishTraining(train)
	set := &Set{Vocabularies: e.vocabularies(), Encoding: e.encoding()}
	parts := []*part{train}
	for _, list := range [][]string{files.Valid, files.Test} {
		p, err := e.readPart(ctx, list, progress)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	fields := e.finished()
	for i, target := range []*Source{&set.Train, &set.Valid, &set.Test} {
		if i > 0 && len(parts[i].labels) == 0 {
			continue
		}
		if *target, err = NewMemory(fields, parts[i].ids, parts[i].numbers, parts[i].labels); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// part is the samples of one part, laid out as in a Batch.
type part struct {
	ids             []int32
	numbers, labels []float32
}

// encoder turns records into ids and numbers.
type encoder struct {
	schema   *Schema
	training bool
	columns  []string // the label's first, then those of the fields
	fields   []fieldEncoder
}

// fieldEncoder is the part of the encoder for one field.
type fieldEncoder struct {
	*FieldSchema
	field      Field
	at         int         // of its column in the record
	vocabulary *Vocabulary // nil for a number
	scale      *scale      // nil for others
}

func newEncoder(s *Schema) *encoder {
	e := &encoder{schema: s, training: true, columns: []string{s.Label}}
	byName := map[string]*Vocabulary{}
	for i := range s.Fields {
		f := fieldEncoder{FieldSchema: &s.Fields[i], field: s.Fields[i].field()}
		if f.at = slices.Index(e.columns, f.column()); f.at < 0 {
			f.at = len(e.columns)
			e.columns = append(e.columns, f.column())
		}
		switch {
		case f.field.Kind == Numeric:
			f.scale = newScale(f.FieldSchema)
		case f.Shares != "":
			f.vocabulary = byName[f.Shares]
		default:
			f.vocabulary = newVocabulary()
		}
		byName[f.Name] = f.vocabulary
		e.fields = append(e.fields, f)
	}
	return e
}

func (e *encoder) vocabularies() []*Vocabulary {
	list := make([]*Vocabulary, len(e.fields))
	for i, f := range e.fields {
		list[i] = f.vocabulary
	}
	return list
}

// finished are the fields with their rows.
func (e *encoder) finished() []Field {
	list := make([]Field, len(e.fields))
	for i, f := range e.fields {
		list[i] = f.field
		if f.vocabulary != nil {
			list[i].Rows = f.vocabulary.Len()
		}
	}
	return list
}

// rowsPerProgress is how often progress is told and an end of the context is looked for.
const rowsPerProgress = 4096

func (e *encoder) readPart(ctx context.Context, paths []string, progress Progress) (*part, error) {
	p := &part{}
	for _, path := range paths {
		l, err := openLog(e.schema, path)
		if err != nil {
			return nil, err
		}
		for r, err := range l(ctx, e.columns) {
			if err != nil {
				return nil, err
			}
			if err := e.encode(r, p); err != nil {
				return nil, err
			}
			if len(p.labels)%rowsPerProgress == 0 {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				if progress != nil {
					progress(len(p.labels))
				}
			}
		}
	}
	return p, nil
}

// encode appends one sample.
func (e *encoder) encode(r *record, p *part) error {
	switch r.values[0] {
	case "0":
		p.labels = append(p.labels, 0)
	case "1":
		p.labels = append(p.labels, 1)
	default:
		return r.fail(e.columns[0], r.values[0], ErrLabel)
	}
	for i := range e.fields {
		f := &e.fields[i]
		value := r.values[f.at]
		var err error
		switch {
		case f.scale != nil:
			err = f.number(value, e.training, p)
		case f.Derive != "":
			if value, err = f.derive(value); err == nil {
				p.ids = append(p.ids, f.id(value, e.training))
			}
		case f.field.Kind == List:
			f.list(value, e.training, p)
		default:
			p.ids = append(p.ids, f.id(value, e.training))
		}
		if err != nil {
			return r.fail(e.columns[f.at], r.values[f.at], err)
		}
	}
	return nil
}

func (f *fieldEncoder) id(value string, training bool) int32 {
	if training {
		return f.vocabulary.add(value)
	}
	return f.vocabulary.ID(value)
}

// derive makes the value of a field from a time.
func (f *fieldEncoder) derive(value string) (string, error) {
	t, err := time.Parse(f.Layout, value)
	if err != nil {
		return "", fmt.Errorf("%w %q", ErrTime, f.Layout)
	}
	if f.Derive == "weekday" {
		return strconv.Itoa(int(t.Weekday())), nil
	}
	return t.Format("15"), nil
}

// list appends the last ids of a list and fills up its places.
func (f *fieldEncoder) list(value string, training bool, p *part) {
	separator := f.Separator
	if separator == "" {
		separator = "|"
	}
	var values []string
	if value != "" {
		values = strings.Split(value, separator)
	}
	values = values[max(0, len(values)-f.Length):]
	for _, v := range values {
		p.ids = append(p.ids, f.id(v, training))
	}
	for range f.Length - len(values) {
		p.ids = append(p.ids, Absent)
	}
}

// number appends a number: scaled, once the training part is known. Until then it is as it stands,
// and NaN if the cell is empty.
func (f *fieldEncoder) number(value string, training bool, p *part) error {
	x := math.NaN()
	if value != "" {
		parsed, err := strconv.ParseFloat(value, 64)
		if err != nil || math.IsNaN(parsed) || math.IsInf(parsed, 0) {
			return ErrNumber
		}
		x = f.scale.transform(parsed)
	}
	if training {
		if !math.IsNaN(x) {
			f.scale.learn(x)
		}
		p.numbers = append(p.numbers, float32(x))
		return nil
	}
	p.numbers = append(p.numbers, f.scaled(x))
	return nil
}

// scaled is a number after scaling; that of an empty cell is the mean of the training part.
func (f *fieldEncoder) scaled(x float64) float32 {
	if math.IsNaN(x) {
		x = f.scale.mean
	}
	return f.scale.apply(x)
}

// finishTraining cuts the vocabularies and scales the numbers of the training part.
func (e *encoder) finishTraining(train *part) {
	e.training = false
	columns, numbers := width(e.finished())
	at, numberAt := 0, 0
	renamed := map[*Vocabulary][]int32{} // shared vocabularies are cut once
	for i := range e.fields {
		f := &e.fields[i]
		if f.scale != nil {
			f.scale.finish()
			for s := numberAt; s < len(train.numbers); s += numbers {
				train.numbers[s] = f.scaled(float64(train.numbers[s]))
			}
			numberAt++
			continue
		}
		if renamed[f.vocabulary] == nil {
			renamed[f.vocabulary] = f.vocabulary.prune(f.MinCount)
		}
		for s := at; s < len(train.ids); s += columns {
			rename(train.ids[s:s+f.field.Columns()], renamed[f.vocabulary])
		}
		at += f.field.Columns()
	}
}

func rename(ids, renamed []int32) {
	for i, id := range ids {
		if id != Absent {
			ids[i] = renamed[id]
		}
	}
}
