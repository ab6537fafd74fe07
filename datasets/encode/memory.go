package encode

import (
	"math"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
)

// RowEncoder encodes samples that are in memory, such as those of a request, as ReadRows encodes those of files. One
// goroutine at a time may use it; any number of encoders share the vocabularies of an Encoding. Once its buffers have grown,
// a call allocates nothing; only a time with milliseconds right behind the seconds costs two texts.
type RowEncoder struct {
	encoder *encoder
	columns []rawlog.Column
	at      map[string]int // of a column among columns
	given   []int          // by column, where it is among the cells of a call; -1: nowhere
	texts   texts
	chunk   chunk // of one sample and one field
	ids     []int32
	tally   tally
	batch   datasets.Batch
	touched int // kept so that touch happens
}

// NewRowEncoder makes an encoder for samples without labels. The errors are those of Encoding.Fields.
func NewRowEncoder(x *datasets.Encoding) (*RowEncoder, error) {
	e, err := learnedEncoder(x)
	if err != nil {
		return nil, err
	}
	r := &RowEncoder{encoder: e, columns: e.columns[1:e.inputs], at: map[string]int{}, tally: newTally(len(e.fields))} // the first column is the label
	for i, c := range r.columns {
		r.at[c.Name] = i
	}
	r.given = make([]int, len(r.columns))
	return r, nil
}

// Columns returns the columns that a sample has, those of lists with their separators. It must not be changed.
func (r *RowEncoder) Columns() []rawlog.Column { return r.columns }

// Has reports whether samples have a column.
func (r *RowEncoder) Has(column string) bool { _, has := r.at[column]; return has }

// Encode returns the batch of samples without labels whose columns are given, in any order, each once. The length of the
// longest one is the number of samples; a column of one cell counts for all samples, and is encoded once. The batch is valid
// until the next call. The error is a CellError.
func (r *RowEncoder) Encode(cells []Cells) (*datasets.Batch, error) {
	n, err := r.arrange(cells)
	if err != nil {
		return nil, err
	}
	e, b := r.encoder, &r.batch
	b.Rows = n
	b.IDs = resize(b.IDs, n*e.idColumns)
	b.Numbers = resize(b.Numbers, n*e.numbers)
	r.tally.clear()
	r.touch(cells)
	for i := range e.fields {
		if err := r.encodeField(i, &cells[r.given[e.fields[i].at-1]]); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// touch brings into the caches what the values of all fields will need of the vocabularies.
func (r *RowEncoder) touch(cells []Cells) {
	r.touched = 0
	for i := range r.encoder.fields {
		if f := &r.encoder.fields[i]; f.vocabulary != nil && f.Derive == "" && f.out.Kind == datasets.Categorical {
			r.touched += f.vocabulary.Touch(cells[r.given[f.at-1]].Texts)
		}
	}
}

// Unknown returns of each field how many values of the last batch had no row of their own. A value that counts for all
// samples counts once. It is valid until the next call of Encode.
func (r *RowEncoder) Unknown() []int { return r.tally.unseen }

// Values returns of each field how many values the last batch had, as Unknown counts them. Numbers have none.
func (r *RowEncoder) Values() []int { return r.tally.values }

// arrange finds the column of each of the cells, and returns the number of samples.
func (r *RowEncoder) arrange(cells []Cells) (samples int, err error) {
	for i := range r.given {
		r.given[i] = -1
	}
	for i := range cells {
		c := &cells[i]
		at, known := r.at[c.Column]
		switch {
		case !known:
			return 0, &CellError{c.Column, -1, "", ErrUnknown}
		case r.given[at] >= 0:
			return 0, &CellError{c.Column, -1, "", ErrTwice}
		}
		r.given[at] = i
		samples = max(samples, c.Len())
	}
	for i, at := range r.given {
		if at < 0 {
			return 0, &CellError{r.columns[i].Name, -1, "", ErrMissing}
		}
		if n := cells[at].Len(); n != samples && n != 1 {
			return 0, &CellError{r.columns[i].Name, -1, "", ErrLength}
		}
	}
	return samples, nil
}

// encodeField encodes a field of all samples.
func (r *RowEncoder) encodeField(i int, c *Cells) error {
	f := &r.encoder.fields[i]
	separator := r.encoder.columns[f.at].Separator
	if separator == "" {
		separator = rawlog.DefaultSeparator
	}
	for row := range c.Len() {
		r.chunk.clear()
		text, err := r.texts.of(c, row, separator)
		if err == nil {
			err = f.encode(text, &r.chunk)
		}
		if err == nil {
			err = r.put(i, row)
		}
		if err != nil {
			return &CellError{c.Column, row, strings.Clone(text), err}
		}
	}
	if c.Len() == 1 {
		r.repeat(i)
	}
	return nil
}

// put writes what a field of a sample became to its place.
func (r *RowEncoder) put(i, row int) error {
	e := r.encoder
	f := &e.fields[i]
	if f.scale != nil {
		x := f.scale.apply(r.chunk.numbers[0])
		if math.IsInf(float64(x), 0) {
			return errTooLarge
		}
		r.batch.Numbers[row*e.numbers+f.place] = x
		return nil
	}
	r.ids = f.finals(r.ids[:0], r.chunk.ids, &r.tally, i)
	copy(r.batch.IDs[row*e.idColumns+f.place:], r.ids)
	return nil
}

// repeat copies a field of the first sample to all others.
func (r *RowEncoder) repeat(i int) {
	e := r.encoder
	f := &e.fields[i]
	if f.scale != nil {
		for row := 1; row < r.batch.Rows; row++ {
			r.batch.Numbers[row*e.numbers+f.place] = r.batch.Numbers[f.place]
		}
		return
	}
	for row := 1; row < r.batch.Rows; row++ {
		copy(r.batch.IDs[row*e.idColumns+f.place:], r.ids)
	}
}
