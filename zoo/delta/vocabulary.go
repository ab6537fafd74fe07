package delta

import (
	"fmt"
	"math"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
)

// change is what turns a vocabulary into another.
type change struct {
	left    []uint32 // ids that have no value any more
	fresh   []uint32 // ids with another value than before
	values  datasets.Counts
	counted []uint32 // ids with the same value and another count
	counts  []uint64
	keeps   bool     // it keeps the values that wait for an id
	gone    []uint32 // places of those that waited and do not, or not with the same count
	waiting datasets.Counts
}

// changeOf finds what differs between two vocabularies.
func changeOf(before, now *datasets.Vocabulary) *change {
	c := &change{keeps: now.KeepsWaiting()}
	for id := range int32(now.Len()) {
		had := hasValue(before, id)
		switch {
		case !hasValue(now, id):
			if had {
				c.left = append(c.left, uint32(id))
			}
		case !had || before.Value(id) != now.Value(id):
			c.fresh = append(c.fresh, uint32(id))
			c.values.Values, c.values.Counts = append(c.values.Values, now.Value(id)), append(c.values.Counts, now.Count(id))
		case before.Count(id) != now.Count(id):
			c.counted, c.counts = append(c.counted, uint32(id)), append(c.counts, uint64(now.Count(id)))
		}
	}
	c.wait(before.Waiting(), now.Waiting())
	return c
}

// hasValue reports whether an id has a value; that of id 0 is "".
func hasValue(v *datasets.Vocabulary, id int32) bool {
	return int(id) < v.Len() && !v.IsFree(id)
}

// wait finds what differs between the values that waited and those that wait. Values wait in the order in which they came: those
// that still do come first.
func (c *change) wait(before, now datasets.Counts) {
	same := 0
	for i, value := range before.Values {
		if same < len(now.Values) && now.Values[same] == value && now.Counts[same] == before.Counts[i] {
			same++
			continue
		}
		c.gone = append(c.gone, uint32(i))
	}
	c.waiting = datasets.Counts{Values: now.Values[same:], Counts: now.Counts[same:]}
}

func prefixOf(field int) string { return fmt.Sprintf("values/%d/", field) }

// add adds the change of a field's vocabulary to a delta.
func (c *change) add(to *checkpoint.Tensors, field int) {
	prefix := prefixOf(field)
	addNumbers(to, prefix+"left", c.left)
	addNumbers(to, prefix+"new", c.fresh)
	checkpoint.AddCounts(to, prefix+"new_", c.values)
	addNumbers(to, prefix+"counted", c.counted)
	checkpoint.Add(to, prefix+"counts", c.counts)
	if c.keeps {
		addNumbers(to, prefix+"waited", c.gone)
		checkpoint.AddCounts(to, prefix+"waiting_", c.waiting)
	}
}

// readChange reads what add added, for a vocabulary of so many ids.
func readChange(m *checkpoint.Mapped, field, size int) (*change, error) {
	prefix := prefixOf(field)
	c := &change{keeps: m.Has(prefix + "waited")}
	var err error
	for _, part := range []struct {
		name string
		list *[]uint32
	}{{"left", &c.left}, {"new", &c.fresh}, {"counted", &c.counted}} {
		if *part.list, err = readNumbers(m, prefix+part.name, size); err != nil {
			return nil, err
		}
	}
	if c.counts, err = checkpoint.View[uint64](m, prefix+"counts"); err != nil {
		return nil, err
	}
	if c.values, err = checkpoint.ReadCounts(m, prefix+"new_"); err == nil && c.keeps {
		err = c.readWaiting(m, prefix)
	}
	if err == nil && (len(c.values.Values) != len(c.fresh) || len(c.counts) != len(c.counted)) {
		err = m.Damaged("%s: %d new ids have %d values, and %d ids have %d counts", prefix, len(c.fresh), len(c.values.Values), len(c.counted), len(c.counts))
	}
	return c, err
}

func (c *change) readWaiting(m *checkpoint.Mapped, prefix string) (err error) {
	if c.waiting, err = checkpoint.ReadCounts(m, prefix+"waiting_"); err == nil {
		c.gone, err = readNumbers(m, prefix+"waited", math.MaxInt32)
	}
	return err
}

// apply makes the second vocabulary, of so many ids, of the first.
func (c *change) apply(before *datasets.Vocabulary, size int) (*datasets.Vocabulary, error) {
	values, counts := make([]string, size), make([]int, size)
	for id := range int32(min(size, before.Len())) {
		values[id], counts[id] = before.Value(id), before.Count(id)
	}
	for _, id := range c.left {
		values[id], counts[id] = "", 0
	}
	for i, id := range c.fresh {
		values[id], counts[id] = c.values.Values[i], c.values.Counts[i]
	}
	for i, id := range c.counted {
		counts[id] = int(c.counts[i])
	}
	v, err := datasets.NewVocabulary(values, counts)
	if err == nil && c.keeps {
		v.SetWaiting(c.nowWaiting(before.Waiting()))
	}
	return v, err
}

// nowWaiting returns the values that wait, of those that waited.
func (c *change) nowWaiting(before datasets.Counts) datasets.Counts {
	var now datasets.Counts
	gone := c.gone
	for i, value := range before.Values {
		if len(gone) > 0 && int(gone[0]) == i {
			gone = gone[1:]
			continue
		}
		now.Values, now.Counts = append(now.Values, value), append(now.Counts, before.Counts[i])
	}
	return datasets.Counts{Values: append(now.Values, c.waiting.Values...), Counts: append(now.Counts, c.waiting.Counts...)}
}

// report counts the values. Where a value took over the id of another, one is new and one has left.
func (c *change) report(field string, before, now *datasets.Vocabulary) Vocabulary {
	v := Vocabulary{Field: field, Values: now.Alive(), Left: len(c.left)}
	for _, id := range c.fresh {
		if id == 0 { // in a snapshot it is new, too, and has no value
			continue
		}
		v.New++
		if hasValue(before, int32(id)) {
			v.Left++
		}
	}
	return v
}
