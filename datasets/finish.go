package datasets

import (
	"context"
)

// beginPart says which part is read next, of a log that comes in parts. Only the training part,
// which is read first, then has new values.
func (e *encoder) beginPart(part int) {
	e.divider.part = int64(part)
	for i := range e.fields {
		e.fields[i].closed = part != trainPart
	}
}

// learn goes through the training part for what must come from it alone: counts of values, means
// and deviations.
func (e *encoder) learn(sp spool) error {
	e.cuts = e.divider.cuts()
	columns, numbers := e.idColumns, e.numbers
	for c, err := range sp.all() {
		if err != nil {
			return err
		}
		for i, key := range c.keys {
			p := partOf(key, e.cuts)
			e.rows[p]++
			if p == trainPart {
				e.learnRow(c.ids[i*columns:(i+1)*columns], c.numbers[i*numbers:(i+1)*numbers])
			}
		}
	}
	e.finishFields()
	return nil
}

func (e *encoder) learnRow(ids []int32, numbers []float64) {
	for i := range e.fields {
		f := &e.fields[i]
		if f.scale != nil {
			f.scale.learn(numbers[0])
			numbers = numbers[1:]
			continue
		}
		n := f.field.Columns()
		if f.vocabulary != nil {
			for _, id := range ids[:n] {
				if id != Absent {
					f.vocabulary.count(id)
				}
			}
		}
		ids = ids[n:]
	}
}

// finishFields fixes the scales and the final ids.
func (e *encoder) finishFields() {
	for i := range e.fields {
		f := &e.fields[i]
		switch {
		case f.scale != nil:
			f.scale.finish()
		case f.hash > 0:
			f.field.Rows = f.hash + 1
		case f.owner == i:
			f.statistics = f.vocabulary.statistics()
			f.renamed = f.vocabulary.cut(f.MinCount)
			f.field.Rows = f.vocabulary.Len()
		default:
			owner := &e.fields[f.owner]
			f.statistics, f.renamed, f.field.Rows = owner.statistics, owner.renamed, owner.field.Rows
		}
	}
}

// samples are samples with final ids and scaled numbers, laid out as in a Batch.
type samples struct {
	ids             []int32
	numbers, labels []float32
}

func (s *samples) clear() { s.ids, s.numbers, s.labels = s.ids[:0], s.numbers[:0], s.labels[:0] }

// sink takes the samples of a part, some at a time. It does not keep them.
type sink interface{ write(s *samples) error }

// rowsPerGroup is how many samples a sink gets at a time, but for the last ones.
const rowsPerGroup = 1 << 16

// pour gives every sample of the spool to the sink of its part, which may be nil if the part has
// no rows.
func (e *encoder) pour(ctx context.Context, sp spool, sinks [parts]sink, progress Progress) error {
	var waiting [parts]samples
	done, all := 0, e.rows[trainPart]+e.rows[validPart]+e.rows[testPart]
	for c, err := range sp.all() {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		for i, key := range c.keys {
			p := partOf(key, e.cuts)
			e.place(c, i, &waiting[p], &e.tallies[p])
			if len(waiting[p].labels) == rowsPerGroup {
				if err := sinks[p].write(&waiting[p]); err != nil {
					return err
				}
				waiting[p].clear()
			}
		}
		if done += c.rows(); progress != nil {
			progress(done, readingShare+(1-readingShare)*float64(done)/float64(all))
		}
	}
	for p := range waiting {
		if len(waiting[p].labels) > 0 {
			if err := sinks[p].write(&waiting[p]); err != nil {
				return err
			}
		}
	}
	return nil
}

// place appends a sample of a chunk.
func (e *encoder) place(c *chunk, row int, to *samples, t *tally) {
	columns, numbers := e.idColumns, e.numbers
	ids, values := c.ids[row*columns:], c.numbers[row*numbers:]
	to.labels = append(to.labels, float32(c.labels[row]))
	t.rows++
	t.positives += int(c.labels[row])
	placed := len(to.ids)
	for i := range e.fields {
		f := &e.fields[i]
		if f.scale != nil {
			to.numbers = append(to.numbers, f.scale.apply(values[0]))
			values = values[1:]
			continue
		}
		n := f.field.Columns()
		for _, id := range ids[:n] {
			if id = f.final(id, t, i); id != Absent || f.field.Kind != List {
				to.ids = append(to.ids, id)
			}
		}
		ids = ids[n:]
		placed += n
		for len(to.ids) < placed { // what is absent stands at the end of a list
			to.ids = append(to.ids, Absent)
		}
	}
}

// final is the final id for a provisional one.
func (f *fieldEncoder) final(id int32, t *tally, field int) int32 {
	if id == Absent {
		return Absent
	}
	t.values[field]++
	switch {
	case f.renamed != nil:
		id = f.renamed[id]
	case id == 0: // of a closed vocabulary; buckets are numbered from 1
		id = unseen
	}
	switch {
	case id == unseen:
		t.unseen[field]++
	case id == 0:
		t.cut[field]++
	default:
		return id
	}
	if f.absent {
		return Absent
	}
	return 0
}

// finished are the fields with their rows.
func (e *encoder) finished() []Field {
	list := make([]Field, len(e.fields))
	for i, f := range e.fields {
		list[i] = f.field
	}
	return list
}

// vocabularies are those of the fields.
func (e *encoder) vocabularies() []*Vocabulary {
	list := make([]*Vocabulary, len(e.fields))
	for i, f := range e.fields {
		list[i] = f.vocabulary
	}
	return list
}
