package datasets

import (
	"hash/maphash"
	"slices"
	"unsafe"
)

// texts numbers texts from 1 on, in the order in which they are added. Id 0 means no text.
//
// It takes about 35 bytes for a text, and those of the text itself.
type texts struct {
	bytes []byte
	ends  []int      // the text of id is bytes[ends[id-1]:ends[id]]; that of 0 is empty
	slots []textSlot // hash table, a power of two long
	free  []int32    // ids without a text, in ascending order

	hashes  []uint32 // of addAll
	touched int      // kept so that addAll touches
}

// textSlot is a slot of the hash table. With a part of the hash in it, nearly no other text has to be looked at, and the table grows
// without the texts.
type textSlot struct {
	hash uint32
	id   int32 // 0: the slot is free
}

var hashSeed = maphash.MakeSeed()

func hashOf(text string) uint32 { return uint32(maphash.String(hashSeed, text)) }

func newTexts() texts { return newTextsFor(0, 0) }

// newTextsFor has room for n texts, of so many bytes in all.
func newTextsFor(n, size int) texts {
	slots := 16
	for 4*(n+1) > 3*slots {
		slots *= 2
	}
	return texts{bytes: make([]byte, 0, size), ends: make([]int, 1, n+1), slots: make([]textSlot, slots)}
}

func (t *texts) len() int { return len(t.ends) }

// id returns the id of a text; 0 if it has none.
func (t *texts) id(text string) int32 { return t.slots[t.slot(text, hashOf(text))].id }

func (t *texts) text(id int32) []byte {
	if id == 0 {
		return nil
	}
	return t.bytes[t.ends[id-1]:t.ends[id]]
}

// view returns a text without a copy.
func (t *texts) view(id int32) string {
	text := t.text(id)
	return unsafe.String(unsafe.SliceData(text), len(text))
}

// slot returns the slot of a text with its hash, or the free slot where it would be.
func (t *texts) slot(text string, hash uint32) int {
	mask := len(t.slots) - 1
	for at := int(hash) & mask; ; at = (at + 1) & mask {
		if s := t.slots[at]; s.id == 0 || s.hash == hash && string(t.text(s.id)) == text {
			return at
		}
	}
}

// touch reads what id will read of each text, of which no read waits for that of another text: so the memory answers them at the same
// time. The sum means nothing, but has to be used for the reads to happen.
func (t *texts) touch(list []string) (sum int) {
	for _, text := range list {
		sum += t.touchSlot(hashOf(text))
	}
	return sum
}

func (t *texts) touchSlot(hash uint32) int {
	if s := t.slots[int(hash)&(len(t.slots)-1)]; s.id > 0 && s.hash == hash {
		if at := t.ends[s.id-1]; at < len(t.bytes) {
			return int(t.bytes[at])
		}
	}
	return 0
}

// add returns the id of a text, a new one if it has none.
func (t *texts) add(text string) int32 { return t.addHashed(text, hashOf(text)) }

func (t *texts) addHashed(text string, hash uint32) int32 {
	at := t.slot(text, hash)
	if id := t.slots[at].id; id != 0 {
		return id
	}
	id := int32(t.len())
	t.bytes = append(t.bytes, text...)
	t.ends = append(t.ends, len(t.bytes))
	t.slots[at] = textSlot{hash, id}
	if 4*t.len() > 3*len(t.slots) {
		t.grow()
	}
	return id
}

// addAll appends the ids of texts. It is faster than add for many texts: the memory answers for all of them at the same time.
func (t *texts) addAll(to []int32, list []string) []int32 {
	t.hashes = t.hashes[:0]
	for _, text := range list {
		t.hashes = append(t.hashes, hashOf(text))
	}
	for _, hash := range t.hashes {
		t.touched += t.touchSlot(hash)
	}
	for i, text := range list {
		to = append(to, t.addHashed(text, t.hashes[i]))
	}
	return to
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
	old := t.slots
	t.slots = make([]textSlot, 2*len(old))
	mask := len(t.slots) - 1
	for _, s := range old {
		if s.id == 0 {
			continue
		}
		at := int(s.hash) & mask
		for t.slots[at].id != 0 {
			at = (at + 1) & mask
		}
		t.slots[at] = s
	}
}
