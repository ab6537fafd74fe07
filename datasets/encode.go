package datasets

import (
	"context"
	"fmt"
	"iter"
	"slices"
)

// Encoding turns raw samples into ids and numbers: a schema, and what was learned from the training
// part. With it a trained model reads raw samples that it has never seen.
type Encoding struct {
	Schema       *Schema
	Vocabularies []*Vocabulary // by field; nil for a number; fields that share have the same
	Scales       []Scale       // by field; of numbers only
}

// Scale turns a number x of a field, after its logarithm if the schema says so, into
// (x-Mean)*Multiplier. An empty cell counts as Empty.
type Scale struct {
	Mean       float64 `json:"mean"`
	Multiplier float64 `json:"multiplier"`
	Empty      float64 `json:"empty"`
}

// encoding is what the training part has taught the encoder.
func (e *encoder) encoding() *Encoding {
	x := &Encoding{Schema: e.schema, Vocabularies: e.vocabularies(), Scales: make([]Scale, len(e.fields))}
	for i, f := range e.fields {
		if f.scale != nil {
			x.Scales[i] = Scale{f.scale.mean, f.scale.multiplier, f.scale.empty}
		}
	}
	return x
}

// encoder is the encoder that has finished its training part.
func (x *Encoding) encoder() (*encoder, error) {
	if err := x.Schema.check(); err != nil {
		return nil, fmt.Errorf("datasets: %w: %w", ErrSchema, err)
	}
	undivided := *x.Schema
	undivided.Split = nil
	e := newEncoder(&undivided, 0)
	if len(x.Vocabularies) != len(e.fields) || len(x.Scales) != len(e.fields) {
		return nil, fmt.Errorf("datasets: %w: %d fields with %d vocabularies and %d scales", ErrSchema, len(e.fields), len(x.Vocabularies), len(x.Scales))
	}
	for i := range e.fields {
		if err := e.fields[i].finish(x.Vocabularies[i], x.Scales[i]); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// finish gives a field what was learned of it.
func (f *fieldEncoder) finish(v *Vocabulary, s Scale) error {
	switch {
	case f.scale != nil:
		f.scale.mean, f.scale.multiplier, f.scale.empty = s.Mean, s.Multiplier, s.Empty
	case f.hash > 0:
		f.field.Rows = f.hash + 1
	case v == nil:
		return fmt.Errorf("datasets: %w: field %q has no vocabulary", ErrSchema, f.Name)
	default:
		f.vocabulary, f.closed, f.field.Rows = v, true, v.Len()
	}
	return nil
}

// Fields are the fields of the samples.
func (x *Encoding) Fields() ([]Field, error) {
	e, err := x.encoder()
	if err != nil {
		return nil, err
	}
	return e.finished(), nil
}

// Rows is a batch of raw samples.
type Rows struct {
	Batch            // without labels if the samples have none
	Kept  [][]string // of each sample the values of the columns that were to be kept
}

// RowOptions say what to read of raw samples.
type RowOptions struct {
	Size     int      // samples in a batch, at least 1
	Labelled bool     // read the label, which must then be there
	Keep     []string // columns to pass on as they stand
}

// Read reads raw samples in the order of the files, size at a time. Values that the training part did
// not have get id 0. The batch is reused: it is valid until the next one is asked for.
func (x *Encoding) Read(ctx context.Context, paths []string, o RowOptions) iter.Seq2[*Rows, error] {
	return func(yield func(*Rows, error) bool) {
		if err := x.read(ctx, paths, o, yield); err != nil {
			yield(nil, err)
		}
	}
}

func (x *Encoding) read(ctx context.Context, paths []string, o RowOptions, yield func(*Rows, error) bool) error {
	if o.Size < 1 {
		return fmt.Errorf("datasets: batch size must be at least 1, got %d", o.Size)
	}
	e, err := x.encoder()
	if err != nil {
		return err
	}
	b := newRowBuilder(e, o)
	for _, path := range paths {
		l, err := openLog(e.schema, path)
		if err != nil {
			return err
		}
		for r, err := range l(ctx, b.columns) {
			if err == nil {
				err = b.add(r)
			}
			if err != nil {
				return err
			}
			if b.chunk.rows() < o.Size {
				continue
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if !yield(b.take(), nil) {
				return nil
			}
		}
	}
	if b.chunk.rows() > 0 {
		yield(b.take(), nil)
	}
	return nil
}

// rowBuilder gathers records to a batch.
type rowBuilder struct {
	encoder  *encoder
	labelled bool
	columns  []string // to ask for
	keep     []int    // where the kept ones are among them
	sample   record   // as the encoder wants it, with the label first
	chunk    chunk
	samples  samples
	kept     [][]string
}

func newRowBuilder(e *encoder, o RowOptions) *rowBuilder {
	b := &rowBuilder{encoder: e, labelled: o.Labelled, columns: slices.Clone(e.columns)}
	if !o.Labelled {
		b.columns = b.columns[1:]
	}
	for _, name := range o.Keep {
		at := slices.Index(b.columns, name)
		if at < 0 {
			at = len(b.columns)
			b.columns = append(b.columns, name)
		}
		b.keep = append(b.keep, at)
	}
	return b
}

// add encodes one record.
func (b *rowBuilder) add(r *record) error {
	b.sample.path, b.sample.line = r.path, r.line
	b.sample.values = b.sample.values[:0]
	if !b.labelled {
		b.sample.values = append(b.sample.values, "0") // never looked at
	}
	b.sample.values = append(b.sample.values, r.values...)
	if err := b.encoder.encode(&b.sample, &b.chunk); err != nil {
		return err
	}
	if len(b.keep) > 0 {
		kept := make([]string, len(b.keep))
		for i, at := range b.keep {
			kept[i] = string(append([]byte(nil), r.values[at]...)) // of the reader's line no more than this
		}
		b.kept = append(b.kept, kept)
	}
	return nil
}

// take gives the batch away; what is added later overwrites it.
func (b *rowBuilder) take() *Rows {
	b.samples.clear()
	t := newTally(len(b.encoder.fields))
	for row := range b.chunk.rows() {
		b.encoder.place(&b.chunk, row, &b.samples, &t)
	}
	out := Rows{Kept: b.kept}
	out.Rows, out.IDs, out.Numbers = b.chunk.rows(), b.samples.ids, b.samples.numbers
	if b.labelled {
		out.Labels = b.samples.labels
	}
	b.kept = b.kept[:0]
	b.chunk.clear()
	return &out
}
