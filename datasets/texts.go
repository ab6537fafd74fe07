package datasets

import (
	"hash/maphash"
	"slices"
)

// texts numbers texts from 1 on, in the order in which they are added. Id 0 means no text.
//
// It takes about 25 bytes for a text, and those of the text itself.
type texts struct {
	bytes []byte
	ends  []int   // the text of id is bytes[ends[id-1]:ends[id]]; that of 0 is empty
	slots []int32 // hash table of ids, a power of two long; 0 is a free slot
	free  []int32 // ids without a text, in ascending order
}

var hashSeed = maphash.MakeSeed()

func newTexts() texts { return texts{ends: []int{0}, slots: make([]int32, 16)} }

func (t *texts) len() int { return len(t.ends) }

// id returns the id of a text; 0 if it has none.
func (t *texts) id(text string) int32 { return t.slots[t.slot(text)] }

func (t *texts) text(id int32) []byte {
	if id == 0 {
		return nil
	}
	return t.bytes[t.ends[id-1]:t.ends[id]]
}

// slot returns the slot of a text, or the free slot where it would be.
func (t *texts) slot(text string) int {
	mask := len(t.slots) - 1
	for at := int(maphash.String(hashSeed, text)) & mask; ; at = (at + 1) & mask {
		if id := t.slots[at]; id == 0 || string(t.text(id)) == text {
			return at
		}
	}
}

// touch reads what id will read of each text, of which no read waits for that of another text: so the memory answers them at the same
// time. The sum means nothing, but has to be used for the reads to happen.
func (t *texts) touch(list []string) (sum int) {
	mask := len(t.slots) - 1
	for _, text := range list {
		if id := t.slots[int(maphash.String(hashSeed, text))&mask]; id > 0 {
			if at := t.ends[id-1]; at < len(t.bytes) {
				sum += int(t.bytes[at])
			}
		}
	}
	return sum
}

// add returns the id of a text, a new one if it has none.
func (t *texts) add(text string) int32 {
	at := t.slot(text)
	if id := t.slots[at]; id != 0 {
		return id
	}
	id := int32(t.len())
	t.bytes = append(t.bytes, text...)
	t.ends = append(t.ends, len(t.bytes))
	t.slots[at] = id
	if 4*t.len() > 3*len(t.slots) {
		t.grow()
	}
	return id
}

// skip makes an id without a text.
func (t *texts) skip() {
	t.free = append(t.free, int32(t.len()))
	t.ends = append(t.ends, len(t.bytes))
}

// isFree reports whether an id has no text.
func (t *texts) isFree(id int32) bool {
	_, found := slices.BinarySearch(t.free, id)
	return found
}

func (t *texts) grow() {
	t.slots = make([]int32, 2*len(t.slots))
	mask := len(t.slots) - 1
	for id := int32(1); int(id) < t.len(); id++ {
		if t.isFree(id) {
			continue
		}
		at := int(maphash.Bytes(hashSeed, t.text(id))) & mask
		for t.slots[at] != 0 {
			at = (at + 1) & mask
		}
		t.slots[at] = id
	}
}
