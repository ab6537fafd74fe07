package datasets

import "fmt"

// Vocabulary numbers the values of a field. Id 0 is out of vocabulary: it stands for values that
// occur less than min_count times in the training part, and for those that do not occur there.
type Vocabulary struct {
	ids    map[string]int32
	values []string // by id; values[0] is ""
	counts []int    // in the training part; counts[0] is that of the values cut off
}

func newVocabulary() *Vocabulary {
	return &Vocabulary{ids: map[string]int32{}, values: []string{""}, counts: []int{0}}
}

// NewVocabulary makes a vocabulary of the values and counts of ids 0, 1, 2 ...; the value of 0 is
// "". A value that occurs twice is an error that wraps ErrSchema.
func NewVocabulary(values []string, counts []int) (*Vocabulary, error) {
	if len(values) == 0 || values[0] != "" || len(counts) != len(values) {
		return nil, fmt.Errorf("datasets: %w: a vocabulary of %d values and %d counts; the first value must be \"\"", ErrSchema, len(values), len(counts))
	}
	v := &Vocabulary{ids: make(map[string]int32, len(values)), values: values, counts: counts}
	for id, value := range values[1:] {
		if _, twice := v.ids[value]; twice {
			return nil, fmt.Errorf("datasets: %w: the value %q is twice in a vocabulary", ErrSchema, shorten(value))
		}
		v.ids[value] = int32(id + 1)
	}
	return v, nil
}

// Len is the number of ids.
func (v *Vocabulary) Len() int { return len(v.values) }

// ID is the id of a value.
func (v *Vocabulary) ID(value string) int32 { return v.ids[value] }

// Value is the value of an id; that of 0 is "".
func (v *Vocabulary) Value(id int32) string { return v.values[id] }

// Count is how often the value of an id occurs in the training part.
func (v *Vocabulary) Count(id int32) int { return v.counts[id] }

// add counts a value of the training part, and numbers it if it is new.
func (v *Vocabulary) add(value string) int32 {
	id, known := v.ids[value]
	if !known {
		value = string(append([]byte(nil), value...)) // of the reader's buffer no more than this
		id = int32(len(v.values))
		v.ids[value] = id
		v.values = append(v.values, value)
		v.counts = append(v.counts, 0)
	}
	v.counts[id]++
	return id
}

// prune cuts off the values that occur less than minCount times and returns the new id of each
// old one. The others keep the order of their first occurrence.
func (v *Vocabulary) prune(minCount int) []int32 {
	renamed := make([]int32, len(v.values))
	kept := newVocabulary()
	for id := 1; id < len(v.values); id++ {
		if v.counts[id] < minCount {
			kept.counts[0] += v.counts[id]
			continue
		}
		renamed[id] = int32(len(kept.values))
		kept.ids[v.values[id]] = renamed[id]
		kept.values = append(kept.values, v.values[id])
		kept.counts = append(kept.counts, v.counts[id])
	}
	*v = *kept
	return renamed
}
