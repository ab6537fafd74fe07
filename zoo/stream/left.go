package stream

import (
	"encoding/binary"
	"hash/fnv"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
)

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

// keepLeft keeps the hashes of the values that left before a day.
func (f *folder) keepLeft(day string, hashes []uint64) error {
	var data []byte
	for _, h := range hashes {
		data = binary.LittleEndian.AppendUint64(data, h)
	}
	return f.keep(leftFolder, day, data)
}

// countNew counts the values that are new on a day, and those of them that were evicted on it or on one of the last days.
func (f *folder) countNew(leaving []uint64, before, after *datasets.Encoding) (fresh, returned int, err error) {
	left := map[uint64]bool{}
	for _, h := range leaving {
		left[h] = true
	}
	remembered, err := f.remembered(leftFolder)
	if err != nil {
		return 0, 0, err
	}
	for _, data := range remembered {
		for ; len(data) >= 8; data = data[8:] {
			left[binary.LittleEndian.Uint64(data)] = true
		}
	}
	eachValue(after, func(i int, id int32) {
		if before != nil && before.Vocabularies[i].ID(after.Vocabularies[i].Value(id)) == id {
			return
		}
		fresh++
		if left[hashOf(i, after.Vocabularies[i].Value(id))] {
			returned++
		}
	})
	return fresh, returned, nil
}
