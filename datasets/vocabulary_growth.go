package datasets

// A vocabulary goes on from one log to the next: values keep their ids, new values get ids, and values whose rows are gone
// leave theirs, which later values take over, the lowest first. The same logs give the same ids.

// IsFree reports whether an id has no value, because its value was removed.
func (v *Vocabulary) IsFree(id int32) bool { return v.values.isFree(id) }

// Alive returns the number of ids with a value, without id 0.
func (v *Vocabulary) Alive() int { return v.Len() - 1 - len(v.values.free) }

// Without returns the vocabulary without the values of some ids, which are in ascending order. Those ids become free. A
// value that was removed is unknown, like one that never came up.
func (v *Vocabulary) Without(ids []int32) *Vocabulary {
	out := &Vocabulary{values: newTexts(), counts: make([]int, 0, v.Len()), waiting: v.waiting}
	for id := range int32(v.Len()) {
		gone := len(ids) > 0 && ids[0] == id
		if gone {
			ids = ids[1:]
		}
		out.keep(v, id, gone)
	}
	return out
}

// keep adds an id of another vocabulary: with its value and count, or free.
func (v *Vocabulary) keep(from *Vocabulary, id int32, gone bool) {
	switch {
	case id == 0:
		v.counts = append(v.counts, from.counts[0])
	case gone || from.IsFree(id):
		v.values.skip()
		v.counts = append(v.counts, 0)
	default:
		v.values.add(from.Value(id))
		v.counts = append(v.counts, from.counts[id])
	}
}

// Counts are values with how often each has occurred so far.
type Counts struct {
	Values []string
	Counts []int
}

// KeepsWaiting reports whether the vocabulary keeps the values that Waiting returns.
func (v *Vocabulary) KeepsWaiting() bool { return v.waiting != nil }

// Waiting returns the values that have not occurred often enough to get an id, in the order in which they came up, with how
// often each has occurred so far. Only a vocabulary that is to go on keeps them: see KeepWaiting and Grow.
func (v *Vocabulary) Waiting() Counts {
	var c Counts
	if v.waiting != nil {
		for id := range v.waiting.Len() - 1 {
			c.Values = append(c.Values, v.waiting.Value(int32(id+1)))
			c.Counts = append(c.Counts, v.waiting.counts[id+1])
		}
	}
	return c
}

// SetWaiting sets what Waiting returns.
func (v *Vocabulary) SetWaiting(c Counts) {
	v.waiting = NewVocabularyBuilder()
	for i, value := range c.Values {
		v.waiting.wait(value, c.Counts[i])
	}
}

// wait adds n occurrences of a value that waits.
func (b *VocabularyBuilder) wait(value string, n int) { b.counts[b.Add(value)] += n }

// Begin adds all ids of a vocabulary to a new builder, so that its values keep their ids; Grow ends what it begins.
func (b *VocabularyBuilder) Begin(base *Vocabulary) {
	for id := int32(1); int(id) < base.Len(); id++ {
		if base.IsFree(id) {
			b.values.skip()
		} else {
			b.values.add(base.Value(id))
		}
		b.counts = append(b.counts, 0)
	}
}

// Grow returns the vocabulary that the builder began with, and what it has counted since. Old values keep their ids, and their
// counts go on. A new value gets an id when its running count, with what it had when it waited, reaches minCount: the lowest
// free id, or else the next one. It also returns the new id of each id of the builder, as Build does.
func (b *VocabularyBuilder) Grow(base *Vocabulary, minCount int) (v *Vocabulary, renamed []int32) {
	g := &growth{builder: b, minCount: minCount, waiting: NewVocabularyBuilder(), renamed: make([]int32, b.Len())}
	g.begin(base)
	for _, id := range b.order {
		if int(id) >= base.Len() {
			g.place(id)
		}
	}
	return g.vocabulary(base), g.renamed
}

// growth is a Grow under way.
type growth struct {
	builder  *VocabularyBuilder
	minCount int
	before   *VocabularyBuilder // what waited
	waiting  *VocabularyBuilder // what waits now
	free     []int32            // ids, ascending
	next     int32              // the next id if none is free
	owners   map[int32]int32    // ids of the builder by new ids, of new values
	cut      int                // occurrences of values without an id
	renamed  []int32
}

// begin lets old ids be as they are, and what waited wait on.
func (g *growth) begin(base *Vocabulary) {
	g.free, g.next, g.owners = base.values.free, int32(base.Len()), map[int32]int32{}
	for id := range g.renamed {
		g.renamed[id] = Unseen
		if id > 0 && id < base.Len() && !base.IsFree(int32(id)) {
			g.renamed[id] = int32(id)
		}
	}
	g.before = base.waiting
	if g.before == nil {
		g.before = NewVocabularyBuilder()
	}
	taken := map[string]bool{}
	for _, id := range g.builder.order {
		if int(id) >= base.Len() {
			taken[g.builder.Value(id)] = true
		}
	}
	for id := int32(1); int(id) < g.before.Len(); id++ {
		if value := g.before.Value(id); !taken[value] {
			g.waiting.wait(value, g.before.counts[id])
		}
	}
}

// place gives a new value an id, or lets it wait.
func (g *growth) place(id int32) {
	value, today := g.builder.Value(id), g.builder.counts[id]
	running := today + g.before.counts[g.before.ID(value)]
	if running < g.minCount {
		g.waiting.wait(value, running)
		g.cut += today
		g.renamed[id] = 0
		return
	}
	at := g.next
	if len(g.free) > 0 {
		at, g.free = g.free[0], g.free[1:]
	} else {
		g.next++
	}
	g.owners[at], g.renamed[id] = id, at
	g.builder.counts[id] = running
}

// vocabulary puts old and new values together.
func (g *growth) vocabulary(base *Vocabulary) *Vocabulary {
	v := &Vocabulary{values: newTexts(), waiting: g.waiting}
	for id := range g.next {
		if owner, isNew := g.owners[id]; isNew {
			v.values.add(g.builder.Value(owner))
			v.counts = append(v.counts, g.builder.counts[owner])
			continue
		}
		v.keep(base, id, false)
		if id > 0 && !base.IsFree(id) {
			v.counts[id] += g.builder.counts[id]
		}
	}
	v.counts[0] += g.builder.counts[0] + g.cut
	return v
}
