package graph

import (
	"math/bits"
	"sync"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
)

// hashTable assigns consecutive places to distinct rows, by open addressing. Counting generations clears it
// in constant time, since a batch uses it once and its size is that of the batch.
type hashTable struct {
	entries    []hashEntry
	shift      uint
	generation uint32
}

type hashEntry struct {
	row        int32
	place      int32
	generation uint32
}

// newHashTable returns a table with room for n distinct rows.
func newHashTable(n int) *hashTable {
	t := new(hashTable)
	t.reset(n)
	return t
}

// reset forgets all rows and makes room for n distinct ones, in as little memory as they need: so a table
// that serves one small group of rows after another stays in the first cache.
func (t *hashTable) reset(n int) {
	log := max(6, bits.Len(uint(2*n-1)))
	if len(t.entries) < 1<<log {
		*t = hashTable{entries: make([]hashEntry, 1<<log)}
	}
	t.shift = uint(32 - log)
	t.generation++
	if t.generation == 0 { // after 2^32 batches: old generations must not come back to life
		clear(t.entries)
		t.generation = 1
	}
}

// slot returns where the search for a row begins.
func (t *hashTable) slot(row int32) uint32 { return uint32(row) * 2654435769 >> t.shift }

// prefetch asks for the memory of the places of some rows; slots has room for as many.
func (t *hashTable) prefetch(rows, slots []int32) {
	for i, row := range rows {
		slots[i] = int32(t.slot(row))
	}
	kernel.Prefetch(t.entries, 1, slots[:len(rows)])
}

// place returns the place of a row, which is next if the row is new, and whether it is new.
func (t *hashTable) place(row, next int32) (place int32, isNew bool) {
	mask := uint32(1)<<(32-t.shift) - 1
	for h := t.slot(row); ; h = (h + 1) & mask {
		e := &t.entries[h]
		if e.generation != t.generation {
			*e = hashEntry{row: row, place: next, generation: t.generation}
			return next, true
		}
		if e.row == row {
			return e.place, false
		}
	}
}

// hashTables holds the tables that no worker uses at the moment.
var hashTables = sync.Pool{New: func() any { return new(hashTable) }}
