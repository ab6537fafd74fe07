package datasets

// VocabularyBuilder numbers the values of a field as they come up, counts those of the training part,
// and then makes a Vocabulary of them.
type VocabularyBuilder struct {
	values texts
	counts []int   // by id, in the training part
	order  []int32 // ids by their first occurrence in the training part
	keeps  bool    // what Build cuts off
}

// NewVocabularyBuilder returns a builder without values.
func NewVocabularyBuilder() *VocabularyBuilder {
	return &VocabularyBuilder{values: newTexts(), counts: []int{0}}
}

// Len returns the number of ids, among them id 0.
func (b *VocabularyBuilder) Len() int { return b.values.len() }

// Add returns the id of a value. A new value gets the next id, from 1 on.
func (b *VocabularyBuilder) Add(value string) int32 {
	id := b.values.add(value)
	if int(id) == len(b.counts) {
		b.counts = append(b.counts, 0)
	}
	return id
}

// AddAll appends the ids of values, as Add returns them.
func (b *VocabularyBuilder) AddAll(to []int32, values []string) []int32 {
	to = b.values.addAll(to, values)
	if n := b.Len() - len(b.counts); n > 0 {
		b.counts = append(b.counts, make([]int, n)...)
	}
	return to
}

// ID returns the id of a value, and 0 if it has none.
func (b *VocabularyBuilder) ID(value string) int32 { return b.values.id(value) }

// Value returns the value of an id; that of 0 is "".
func (b *VocabularyBuilder) Value(id int32) string { return string(b.values.text(id)) }

// Count counts n more occurrences of an id in the training part. Those of id 0 are the occurrences of
// values that are out of vocabulary.
func (b *VocabularyBuilder) Count(id int32, n int) {
	if b.counts[id] == 0 && id > 0 {
		b.order = append(b.order, id)
	}
	b.counts[id] += n
}

// ValueCounts are how the values of a field are spread over the training part, before any are cut off.
type ValueCounts struct {
	Distinct int `json:"distinct"`  // values
	Once     int `json:"once"`      // of them, those that occur once
	AtMost5  int `json:"at_most_5"` // those that occur at most five times
}

// Statistics returns how the values are spread.
func (b *VocabularyBuilder) Statistics() ValueCounts {
	c := ValueCounts{Distinct: len(b.order)}
	for _, id := range b.order {
		if b.counts[id] == 1 {
			c.Once++
		}
		if b.counts[id] <= 5 {
			c.AtMost5++
		}
	}
	return c
}

// All returns the vocabulary of all values with the ids that Add returned. It takes over the memory of the
// builder, which must not be used afterwards.
func (b *VocabularyBuilder) All() *Vocabulary { return &Vocabulary{values: b.values, counts: b.counts} }

// Unseen is the new id of a value that does not occur in the training part.
const Unseen = -1

// KeepWaiting makes the vocabulary keep the values that Build cuts off, with their counts, so that it can Grow.
func (b *VocabularyBuilder) KeepWaiting() { b.keeps = true }

// Build returns the vocabulary of the values that occur at least minCount times, and at least once, in
// the training part. It numbers them by their first occurrence there. It also returns the new id of each
// id of the builder: 0 if its value was cut off, Unseen if its value does not occur there.
func (b *VocabularyBuilder) Build(minCount int) (v *Vocabulary, renamed []int32) {
	renamed = make([]int32, b.Len())
	for id := range renamed {
		renamed[id] = Unseen
	}
	v = b.room(minCount)
	if b.keeps {
		v.waiting = NewVocabularyBuilder()
	}
	for _, id := range b.order {
		if b.counts[id] < minCount {
			if b.keeps {
				v.waiting.wait(b.Value(id), b.counts[id])
			}
			v.counts[0] += b.counts[id]
			renamed[id] = 0
			continue
		}
		renamed[id] = v.values.add(b.values.view(id))
		v.counts = append(v.counts, b.counts[id])
	}
	return v, renamed
}

// room returns an empty vocabulary that has room for the values that occur at least minCount times.
func (b *VocabularyBuilder) room(minCount int) *Vocabulary {
	values, bytes := 0, 0
	for _, id := range b.order {
		if b.counts[id] >= minCount {
			values++
			bytes += len(b.values.text(id))
		}
	}
	counts := make([]int, 1, values+1)
	counts[0] = b.counts[0]
	return &Vocabulary{values: newTextsFor(values, bytes), counts: counts}
}
