package encode

import (
	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/internal/hash"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// fieldEncoder is the part of the encoder for one field.
type fieldEncoder struct {
	*schema.Field
	out        datasets.Field
	at         int // of its column in the record
	place      int // among the numbers or the ids of a sample
	owner      int // the field whose vocabulary it uses; itself, mostly
	cells      *CellReader
	builder    *datasets.VocabularyBuilder // nil for a number, for buckets, and once the training part is known
	vocabulary *datasets.Vocabulary        // nil for a number, for buckets, and until the training part is known
	renamed    []int32                     // final ids by those of the builder; nil if there was none
	statistics datasets.ValueCounts        // of the training part
	closed     bool                        // the builder takes no new values
	scale      *scale                      // of a number; else nil
	buckets    int                         // 0 for none
	absent     bool                        // what is out of vocabulary counts as absent
}

func newFieldEncoder(f, owner *schema.Field) fieldEncoder {
	e := fieldEncoder{
		Field: f, out: datasets.FieldOf(f), cells: NewCellReader(f), buckets: owner.Hash, absent: owner.OutOfVocabulary == "zero",
	}
	switch {
	case e.out.Kind == datasets.Numeric:
		e.scale = newScale(f)
	case f == owner && f.Hash == 0:
		e.builder = datasets.NewVocabularyBuilder()
	}
	return e
}

// encode appends what the value of the field's column becomes.
func (f *fieldEncoder) encode(cell string, c *chunk) error {
	switch f.out.Kind {
	case datasets.Numeric:
		x, err := schema.ParseNumber(cell)
		c.numbers = append(c.numbers, f.scale.transform(x))
		return err
	case datasets.List:
		f.list(cell, c)
		return nil
	default:
		value, err := f.cells.Value(cell)
		if err == nil {
			c.ids = append(c.ids, f.id(value))
		}
		return err
	}
}

// id returns the provisional id of a value.
func (f *fieldEncoder) id(value string) int32 {
	switch {
	case f.buckets > 0:
		return int32(1 + hash.FNV64(value)%uint64(f.buckets))
	case f.vocabulary != nil:
		return f.vocabulary.ID(value)
	case f.closed:
		return f.builder.ID(value)
	}
	return f.builder.Add(value)
}

// appendIDs appends the provisional ids of values.
func (f *fieldEncoder) appendIDs(to []int32, values []string) []int32 {
	if f.buckets == 0 && f.vocabulary == nil && !f.closed {
		return f.builder.AddAll(to, values)
	}
	for _, value := range values {
		to = append(to, f.id(value))
	}
	return to
}

// list appends the last ids of a list and fills up its places.
func (f *fieldEncoder) list(cell string, c *chunk) {
	n := 0
	for value := range f.cells.List(cell) {
		c.ids = append(c.ids, f.id(value))
		n++
	}
	for range f.Length - n {
		c.ids = append(c.ids, datasets.Absent)
	}
}

// finals appends the final ids for the provisional ones of a sample. What is absent is at the end of a list.
func (f *fieldEncoder) finals(to, ids []int32, t *tally, field int) []int32 {
	end := len(to) + len(ids)
	for _, id := range ids {
		if id = f.final(id, t, field); id != datasets.Absent || f.out.Kind != datasets.List {
			to = append(to, id)
		}
	}
	for len(to) < end {
		to = append(to, datasets.Absent)
	}
	return to
}

// final returns the final id for a provisional one.
func (f *fieldEncoder) final(id int32, t *tally, field int) int32 {
	if id == datasets.Absent {
		return datasets.Absent
	}
	t.values[field]++
	switch {
	case f.renamed != nil:
		id = f.renamed[id]
	case id == 0: // of a vocabulary that was learned before; buckets are numbered from 1
		id = datasets.Unseen
	}
	switch {
	case id == datasets.Unseen:
		t.unseen[field]++
	case id == 0:
		t.cut[field]++
	default:
		return id
	}
	if f.absent {
		return datasets.Absent
	}
	return 0
}
