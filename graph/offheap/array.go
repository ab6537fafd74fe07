// Package offheap allocates large zeroed arrays outside the Go heap.
//
// An embedding table of several gigabytes on the Go heap lets the garbage collector allow as
// much garbage again, and small pages make every random row read a TLB miss. On Linux an Array
// of 2 MiB or more is an anonymous mapping with transparent huge pages, which the collector neither
// scans nor counts; its pages take memory only once they are written. Elsewhere, and below that
// size, it is an ordinary slice.
//
// A mapping lives until Free: the collector cannot know whether somebody still holds a slice of it.
package offheap

import (
	"errors"
	"fmt"
	"unsafe"
)

// ErrTooLarge says that an array would not fit in the memory that is available.
var ErrTooLarge = errors.New("offheap: not enough memory")

// Element is what an Array can hold: types without pointers.
type Element interface{ ~float32 | ~int32 | ~uint32 }

// Array is an array of fixed length.
type Array[T Element] struct {
	data    []T
	mapping []byte // what Free gives back; nil if the array is an ordinary slice
}

// New returns n zeroed elements. It fails with ErrTooLarge, which says how many bytes were
// asked for and how many are available, before anything is allocated.
func New[T Element](n int) (*Array[T], error) {
	var zero T
	size := uint64(n) * uint64(unsafe.Sizeof(zero))
	if free, known := available(); n < 0 || known && size > free {
		return nil, fmt.Errorf("%w: %d bytes needed, %d available", ErrTooLarge, size, free)
	}
	if size < hugePage {
		return &Array[T]{data: make([]T, n)}, nil
	}
	return allocate[T](n, int(size))
}

const hugePage = 2 << 20

// Data returns the elements. The slice is valid until Free.
func (a *Array[T]) Data() []T { return a.data }

// Free gives the memory back at once. Nobody may use a slice of the array afterwards. An array
// that is nil or was freed before is left alone.
func (a *Array[T]) Free() {
	if a == nil {
		return
	}
	release(a.mapping)
	a.data, a.mapping = nil, nil
}
