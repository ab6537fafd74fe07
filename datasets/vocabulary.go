package datasets

import (
	"fmt"
	"hash/maphash"
)

// Vocabulary numbers the values of a field. Id 0 is out of vocabulary: it stands for values that
// occur less than min_count times in the training part, and for those that do not occur there.
//
// It takes about 25 bytes for a value, and those of its text.
type Vocabulary struct {
	text   []byte
	ends   []int   // the text of id is text[ends[id-1]:ends[id]]; that of 0 is empty
	slots  []int32 // hash table of ids, a power of two long; 0 is a free slot
	counts []int   // by id, in the training part; counts[0] is that of the values cut off
	order  []int32 // ids by their first occurrence in the training part
}

var hashSeed = maphash.MakeSeed()

func newVocabulary() *Vocabulary {
	return &Vocabulary{ends: []int{0}, counts: []int{0}, slots: make([]int32, 16)}
}

// NewVocabulary makes a vocabulary of the values and counts of ids 0, 1, 2 ...; the value of 0 is
// "". A value that occurs twice is an error that wraps ErrSchema.
func NewVocabulary(values []string, counts []int) (*Vocabulary, error) {
	if len(values) == 0 || values[0] != "" || len(counts) != len(values) {
		return nil, fmt.Errorf("datasets: %w: a vocabulary of %d values and %d counts; the first value must be \"\"", ErrSchema, len(values), len(counts))
	}
	v := newVocabulary()
	for id, value := range values[1:] {
		if int(v.add(value)) != id+1 {
			return nil, fmt.Errorf("datasets: %w: the value %q is twice in a vocabulary", ErrSchema, shorten(value))
		}
	}
	v.counts = counts
	return v, nil
}

// Len is the number of ids.
func (v *Vocabulary) Len() int { return len(v.ends) }

// ID is the id of a value.
func (v *Vocabulary) ID(value string) int32 { return v.slots[v.slot(value)] }

// Value is the value of an id; that of 0 is "".
func (v *Vocabulary) Value(id int32) string { return string(v.valueBytes(id)) }

// Count is how often the value of an id occurs in the training part.
func (v *Vocabulary) Count(id int32) int { return v.counts[id] }

func (v *Vocabulary) valueBytes(id int32) []byte {
	if id == 0 {
		return nil
	}
	return v.text[v.ends[id-1]:v.ends[id]]
}

// slot is where a value stands, or the free slot where it would.
func (v *Vocabulary) slot(value string) int {
	mask := len(v.slots) - 1
	for at := int(maphash.String(hashSeed, value)) & mask; ; at = (at + 1) & mask {
		if id := v.slots[at]; id == 0 || string(v.valueBytes(id)) == value {
			return at
		}
	}
}

// add is the id of a value, a new one if it has none.
func (v *Vocabulary) add(value string) int32 {
	at := v.slot(value)
	if id := v.slots[at]; id != 0 {
		return id
	}
	id := int32(v.Len())
	v.text = append(v.text, value...)
	v.ends = append(v.ends, len(v.text))
	v.counts = append(v.counts, 0)
	v.slots[at] = id
	if 4*v.Len() > 3*len(v.slots) {
		v.grow()
	}
	return id
}

func (v *Vocabulary) grow() {
	v.slots = make([]int32, 2*len(v.slots))
	mask := len(v.slots) - 1
	for id := int32(1); int(id) < v.Len(); id++ {
		at := int(maphash.Bytes(hashSeed, v.valueBytes(id))) & mask
		for v.slots[at] != 0 {
			at = (at + 1) & mask
		}
		v.slots[at] = id
	}
}

// count counts an occurrence in the training part.
func (v *Vocabulary) count(id int32) {
	if v.counts[id] == 0 {
		v.order = append(v.order, id)
	}
	v.counts[id]++
}

// unseen is the new id of a value that does not occur in the training part.
const unseen = -1

// cut keeps the values that occur at least minCount times, and at least once, in the training
// part. It numbers them by their first occurrence there and returns the new id of each old one:
// 0 if it was cut off, unseen if the value does not occur there.
func (v *Vocabulary) cut(minCount int) (renamed []int32) {
	renamed = make([]int32, v.Len())
	for id := range renamed {
		renamed[id] = unseen
	}
	kept := newVocabulary()
	for _, id := range v.order {
		if v.counts[id] < minCount {
			kept.counts[0] += v.counts[id]
			renamed[id] = 0
			continue
		}
		renamed[id] = kept.add(v.Value(id))
		kept.counts[renamed[id]] = v.counts[id]
	}
	*v = *kept
	return renamed
}
