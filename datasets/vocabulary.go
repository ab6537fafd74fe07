package datasets

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// Vocabulary numbers the values of a field. Id 0 is out of vocabulary: it is the id of the values that
// occur less than min_count times in the training part, and of those that do not occur there.
//
// It takes about 35 bytes for a value, and those of its text.
type Vocabulary struct {
	values  texts
	counts  []int              // by id, in the training part; counts[0] is that of the values cut off
	waiting *VocabularyBuilder // the values cut off, if the vocabulary is to go on; else nil
}

// NewVocabulary returns the vocabulary of the values and counts of ids 0, 1, 2 ...; the value of 0 is
// "". An id with the value "" and the count 0 is free; see Without. A value that occurs twice is an error that
// wraps schema.ErrInvalid. It keeps the counts.
func NewVocabulary(values []string, counts []int) (*Vocabulary, error) {
	if len(values) == 0 || values[0] != "" || len(counts) != len(values) {
		return nil, fmt.Errorf("datasets: %w: a vocabulary of %d values and %d counts; the first value must be \"\"", schema.ErrInvalid, len(values), len(counts))
	}
	v := &Vocabulary{values: newTexts(), counts: counts}
	for id, value := range values[1:] {
		if value == "" && counts[id+1] == 0 { // of a value that was removed
			v.values.skip()
			continue
		}
		if int(v.values.add(value)) != id+1 {
			return nil, fmt.Errorf("datasets: %w: the value %.60q appears twice in a vocabulary", schema.ErrInvalid, value)
		}
	}
	return v, nil
}

// Len returns the number of ids.
func (v *Vocabulary) Len() int { return v.values.len() }

// ID returns the id of a value.
func (v *Vocabulary) ID(value string) int32 { return v.values.id(value) }

// Touch brings into the caches what ID will read of values, which takes less time for all together than for one after another. What
// it returns means nothing, but must be kept.
func (v *Vocabulary) Touch(values []string) int { return v.values.touch(values) }

// Value returns the value of an id; that of 0 is "".
func (v *Vocabulary) Value(id int32) string { return string(v.values.text(id)) }

// Count returns how often the value of an id occurs in the training part.
func (v *Vocabulary) Count(id int32) int { return v.counts[id] }
