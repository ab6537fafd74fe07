package encode

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// Rows is a batch of raw samples.
type Rows struct {
	datasets.Batch            // without labels if the samples have none
	Kept           [][]string // of each sample the values of the columns that were to be kept
}

// RowOptions are how raw samples are read. The zero value is the default of all of them.
type RowOptions struct {
	Size     int      // samples in a batch, at least 1; default 1024
	Labelled bool     // read the label, which must then be there
	Keep     []string // columns to pass on as they are
	// SkipBadLines is how many lines that cannot be understood are left out; one more is an error. Default 0.
	SkipBadLines int
	OnSkip       func(error) // called for each of them, if not nil
}

// ReadRows reads raw samples in the order of the files, size at a time, with what an encoding has
// learned. Values that the training part did not have get id 0. The batch is reused: it is valid until
// the next one is asked for.
func ReadRows(ctx context.Context, x *datasets.Encoding, paths []string, o RowOptions) iter.Seq2[*Rows, error] {
	return func(yield func(*Rows, error) bool) {
		err := checkEncoding(x)
		if err == nil {
			var l rawlog.Log
			if l, err = rawlog.Open(x.Schema.Format, paths); err == nil {
				err = readRows(ctx, x, l, o, yield)
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// ReadLog is ReadRows for a log that is open.
func ReadLog(ctx context.Context, x *datasets.Encoding, l rawlog.Log, o RowOptions) iter.Seq2[*Rows, error] {
	return func(yield func(*Rows, error) bool) {
		if err := readRows(ctx, x, l, o, yield); err != nil {
			yield(nil, err)
		}
	}
}

func readRows(ctx context.Context, x *datasets.Encoding, l rawlog.Log, o RowOptions, yield func(*Rows, error) bool) error {
	if o.Size == 0 {
		o.Size = 1024
	}
	if o.Size < 1 {
		return fmt.Errorf("datasets: batch size must be at least 1, got %d", o.Size)
	}
	if ctx == nil {
		return errNoContext
	}
	e, err := learnedEncoder(x)
	if err != nil {
		return err
	}
	b := newRowBuilder(e, o)
	bad := skipper{most: o.SkipBadLines, onSkip: o.OnSkip}
	for r, err := range l(ctx, b.columns, nil) {
		if err == nil {
			err = b.add(r)
		}
		if err != nil {
			if err := bad.skip(err); err != nil {
				return err
			}
			continue
		}
		if b.chunk.rows() < o.Size {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		rows, err := b.take()
		if err != nil {
			return err
		}
		if !yield(rows, nil) {
			return nil
		}
	}
	if b.chunk.rows() > 0 {
		rows, err := b.take()
		if err != nil {
			return err
		}
		yield(rows, nil)
	}
	return nil
}

// learnedEncoder is an encoder that has finished its training part.
func learnedEncoder(x *datasets.Encoding) (*encoder, error) {
	if err := checkEncoding(x); err != nil {
		return nil, err
	}
	fields, err := x.Fields()
	if err != nil {
		return nil, err
	}
	e := newEncoder(x.Schema.Undivided(), 0)
	for i := range e.fields {
		f := &e.fields[i]
		f.out, f.builder = fields[i], nil
		switch {
		case f.scale != nil:
			f.scale.Scale = x.Scales[i]
		case f.buckets == 0:
			f.vocabulary = x.Vocabularies[i]
		}
	}
	return e, nil
}

// checkEncoding refuses an encoding without a schema.
func checkEncoding(x *datasets.Encoding) error {
	if x == nil || x.Schema == nil {
		return fmt.Errorf("datasets: %w: none given", schema.ErrInvalid)
	}
	return nil
}

// rowBuilder gathers records to a batch.
type rowBuilder struct {
	encoder  *encoder
	labelled bool
	columns  []rawlog.Column // to ask for
	keep     []int           // where the kept ones are among them
	sample   rawlog.Record   // as the encoder wants it, with the label first
	chunk    chunk
	rows     []int32 // of the chunk
	samples  datasets.Batch
	kept     [][]string
}

func newRowBuilder(e *encoder, o RowOptions) *rowBuilder {
	b := &rowBuilder{encoder: e, labelled: o.Labelled, columns: slices.Clone(e.columns)}
	if e.unlabelled = !o.Labelled; e.unlabelled {
		b.columns = b.columns[1:e.inputs]
	}
	for _, name := range o.Keep {
		at := slices.IndexFunc(b.columns, func(c rawlog.Column) bool { return c.Name == name })
		if at < 0 {
			at = len(b.columns)
			b.columns = append(b.columns, rawlog.Column{Name: name})
		}
		b.keep = append(b.keep, at)
	}
	return b
}

// add encodes one record.
func (b *rowBuilder) add(r *rawlog.Record) error {
	b.sample.Path, b.sample.Line = r.Path, r.Line
	b.sample.Values = b.sample.Values[:0]
	if !b.labelled {
		b.sample.Values = append(b.sample.Values, "")
	}
	b.sample.Values = append(b.sample.Values, r.Values...)
	if err := b.encoder.encode(&b.sample, &b.chunk); err != nil {
		return err
	}
	if len(b.keep) > 0 {
		kept := make([]string, len(b.keep))
		for i, at := range b.keep {
			kept[i] = strings.Clone(r.Values[at]) // so that the reader's line is not kept
		}
		b.kept = append(b.kept, kept)
	}
	return nil
}

// take gives the batch away; what is added later overwrites it.
func (b *rowBuilder) take() (*Rows, error) {
	b.samples.Clear()
	t := newTally(len(b.encoder.fields))
	b.rows = b.rows[:0]
	for row := range b.chunk.rows() {
		b.rows = append(b.rows, int32(row))
	}
	if err := b.encoder.place(&b.chunk, b.rows, &b.samples, &t); err != nil {
		return nil, err
	}
	out := Rows{Batch: b.samples, Kept: b.kept}
	if !b.labelled {
		out.Labels = nil
	}
	b.kept = b.kept[:0]
	b.chunk.clear()
	return &out, nil
}
