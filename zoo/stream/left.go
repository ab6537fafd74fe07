package stream

import (
	"encoding/binary"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
)

const leftFolder = "left"

// daysOfReturn is for how many days a stream remembers which values it has evicted, to count those that return.
const daysOfReturn = 7

// left returns the sorted hashes of the values that one encoding has and another, made of it, has no more.
func left(before, after *datasets.Encoding) []uint64 {
	var hashes []uint64
	eachValue(before, func(i int, id int32) {
		if after.Vocabularies[i].IsFree(id) {
			hashes = append(hashes, hashOf(i, before.Vocabularies[i].Value(id)))
		}
	})
	slices.Sort(hashes)
	return hashes
}

// eachValue calls f for every value that has a row of its own: with its field and its id.
func eachValue(x *datasets.Encoding, f func(field int, id int32)) {
	for i, v := range x.Vocabularies {
		if v == nil || x.Schema.Fields[i].Shares != "" {
			continue
		}
		for id := int32(1); int(id) < v.Len(); id++ {
			if !v.IsFree(id) {
				f(i, id)
			}
		}
	}
}

// hashOf is FNV-1a over the field's number and the value.
func hashOf(field int, value string) uint64 {
	h := fnv.New64a()
	h.Write(binary.LittleEndian.AppendUint32(nil, uint32(field)))
	h.Write([]byte(value))
	return h.Sum64()
}

// keepLeft writes the hashes that a day begins with, and removes those that are forgotten.
func (f *folder) keepLeft(day string, hashes []uint64) error {
	var data []byte
	for _, h := range hashes {
		data = binary.LittleEndian.AppendUint64(data, h)
	}
	if err := checkpoint.WriteFile(filepath.Join(f.Path(), leftFolder, day), data); err != nil {
		return err
	}
	for _, old := range f.records[:max(0, len(f.records)-daysOfReturn)] {
		if err := os.RemoveAll(filepath.Join(f.Path(), leftFolder, old.Day)); err != nil {
			return err
		}
	}
	return nil
}

// returned counts the new values of a day that were evicted on one of the last days.
func (f *folder) returned(day string, before, after *datasets.Encoding) (fresh, returned int, err error) {
	remembered := map[uint64]bool{}
	for _, r := range append(f.records[max(0, len(f.records)-daysOfReturn):], Record{Day: day}) {
		data, err := os.ReadFile(filepath.Join(f.Path(), leftFolder, r.Day))
		if err != nil && !os.IsNotExist(err) {
			return 0, 0, err
		}
		for ; len(data) >= 8; data = data[8:] {
			remembered[binary.LittleEndian.Uint64(data)] = true
		}
	}
	eachValue(after, func(i int, id int32) {
		if before != nil && before.Vocabularies[i].ID(after.Vocabularies[i].Value(id)) == id {
			return
		}
		fresh++
		if remembered[hashOf(i, after.Vocabularies[i].Value(id))] {
			returned++
		}
	})
	return fresh, returned, nil
}
