package encode

import (
	"fmt"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/internal/cores"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// encoder turns the records of a log into ids and numbers. The ids are provisional until finish: they
// number all values in the order in which they come up, in all parts.
type encoder struct {
	schema   *schema.Schema
	columns  []rawlog.Column // the label's first, then those of the fields, of the weight and of the split
	inputs   int             // how many columns label and fields have
	fields   []fieldEncoder
	splitter *splitter
	keyAt    int // of the split's column in the record; -1: there is none
	weightAt int // of the weight's column in the record; -1: there is none

	idColumns, numbers int // of a sample

	unlabelled bool               // labels and weights are not looked at
	base       *datasets.Encoding // that it goes on from; nil: it begins
}

func newEncoder(s *schema.Schema, seed uint64) *encoder {
	e := &encoder{schema: s, columns: []rawlog.Column{{Name: s.Label}}, splitter: newSplitter(s.Split, seed), keyAt: -1, weightAt: -1}
	for i := range s.Fields {
		owner := s.Owner(i)
		e.fields = append(e.fields, newFieldEncoder(&s.Fields[i], &s.Fields[owner]))
		f := &e.fields[i]
		f.at, f.owner = e.column(s.Fields[i].RawColumn()), owner
		if f.place = e.idColumns; f.scale != nil {
			f.place = e.numbers
			e.numbers++
		}
		e.idColumns += f.out.Columns()
		if owner != i {
			f.builder = e.fields[owner].builder
		}
	}
	e.inputs = len(e.columns)
	if s.Weight != "" {
		e.weightAt = e.column(rawlog.Column{Name: s.Weight})
	}
	if s.Split != nil && s.Split.Column != "" {
		e.keyAt = e.column(rawlog.Column{Name: s.Split.Column})
	}
	return e
}

// newGrowing is newEncoder for an encoder that may go on from an earlier encoding.
func newGrowing(s *schema.Schema, o Options) *encoder {
	e := newEncoder(s, o.Seed)
	e.base = o.Base
	for i := range e.fields {
		f := &e.fields[i]
		if f.builder == nil || f.owner != i {
			continue
		}
		if o.KeepWaiting {
			f.builder.KeepWaiting()
		}
		if o.Base != nil {
			f.builder.Begin(o.Base.Vocabularies[i])
		}
	}
	return e
}

// column returns the place of a column in the record.
func (e *encoder) column(c rawlog.Column) int {
	at := slices.IndexFunc(e.columns, func(known rawlog.Column) bool { return known.Name == c.Name })
	if at < 0 {
		at = len(e.columns)
		e.columns = append(e.columns, c)
	}
	if c.Separator != "" {
		e.columns[at].Separator = c.Separator
	}
	return at
}

// encode appends one sample to the chunk. After an error the chunk is as it was.
func (e *encoder) encode(r *rawlog.Record, c *chunk) error {
	ids, numbers, weights := len(c.ids), len(c.numbers), len(c.weights)
	if err := e.encodeRow(r, c); err != nil {
		c.ids, c.numbers, c.labels = c.ids[:ids], c.numbers[:numbers], c.labels[:len(c.keys)]
		c.weights = c.weights[:weights]
		return err
	}
	return nil
}

func (e *encoder) encodeRow(r *rawlog.Record, c *chunk) error {
	label, ok := e.schema.LabelOf(r.Values[0])
	if !ok && !e.unlabelled {
		return r.Fail(e.columns[0].Name, r.Values[0], e.schema.LabelError())
	}
	c.labels = append(c.labels, uint8(label))
	for i := range e.fields {
		f := &e.fields[i]
		if err := f.encode(r.Values[f.at], c); err != nil {
			return r.Fail(e.columns[f.at].Name, r.Values[f.at], err)
		}
	}
	if e.weightAt >= 0 && !e.unlabelled {
		w, err := schema.ParseWeight(r.Values[e.weightAt])
		if err != nil {
			return r.Fail(e.columns[e.weightAt].Name, r.Values[e.weightAt], err)
		}
		c.weights = append(c.weights, w)
	}
	var by string
	if e.keyAt >= 0 {
		by = r.Values[e.keyAt]
	}
	key, err := e.splitter.key(by)
	if err != nil {
		return r.Fail(e.columns[e.keyAt].Name, by, err)
	}
	c.keys = append(c.keys, key)
	return nil
}

// out returns the fields of the samples, which have their rows once the training part is known.
func (e *encoder) out() []datasets.Field {
	list := make([]datasets.Field, len(e.fields))
	for i, f := range e.fields {
		list[i] = f.out
	}
	return list
}

// beginPart begins to read a part of a log that comes in parts. Only the training part, which is read
// first, then has new values.
func (e *encoder) beginPart(p datasets.Part) {
	e.splitter.part = int64(p)
	for i := range e.fields {
		e.fields[i].closed = p != datasets.TrainPart
	}
}

// finish ends the training part: it fixes the scales and the final ids.
func (e *encoder) finish() error {
	cores.SideBySide(len(e.fields), func(i int) {
		if f := &e.fields[i]; f.builder != nil && f.owner == i {
			f.statistics = f.builder.Statistics()
			f.vocabulary, f.renamed = e.vocabulary(i)
			f.builder = nil // which has much memory
		}
	})
	for i := range e.fields {
		f := &e.fields[i]
		switch {
		case f.scale != nil && e.base != nil:
			f.scale.Scale = e.base.Scales[i]
		case f.scale != nil:
			if err := f.scale.finish(); err != nil {
				return fmt.Errorf("datasets: field %q: %w", f.Name, err)
			}
		case f.buckets > 0:
			f.out.Rows = f.buckets + 1
		default:
			owner := &e.fields[f.owner]
			f.vocabulary, f.statistics, f.renamed = owner.vocabulary, owner.statistics, owner.renamed
			f.out.Rows = f.vocabulary.Len()
		}
		f.builder = nil
	}
	return nil
}

// noteFields reports fields that say nothing about a sample: numbers whose scale hides their differences, and categories of
// one value.
func (e *encoder) noteFields(note func(string)) {
	for i := range e.fields {
		f, what := &e.fields[i], ""
		switch {
		case note == nil || e.base != nil:
		case f.scale != nil:
			what = f.scale.degenerate()
		case f.vocabulary != nil && f.out.Kind == datasets.Categorical && f.owner == i && f.statistics.Distinct == 1 && f.out.Rows == 2:
			if what = fmt.Sprintf("all of its values are %q", f.vocabulary.Value(1)); f.vocabulary.Value(1) == "" {
				what = "no sample has a value; is a file of the log missing?"
			}
		}
		if what != "" {
			note(fmt.Sprintf("field %q: %s", f.Name, what))
		}
	}
}

// vocabulary ends the vocabulary of a field, and returns the final ids by those of its builder.
func (e *encoder) vocabulary(i int) (v *datasets.Vocabulary, renamed []int32) {
	f := &e.fields[i]
	if e.base == nil {
		return f.builder.Build(f.MinCount)
	}
	return f.builder.Grow(e.base.Vocabularies[i], f.MinCount)
}
