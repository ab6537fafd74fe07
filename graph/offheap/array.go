// Package offheap allocates large zeroed arrays outside the Go heap.
//
// An embedding table of several gigabytes on the Go heap lets the garbage collector allow as
// much garbage again, and small pages make every random row read a TLB miss. On Linux an Array
// is an anonymous mapping with transparent huge pages, which the collector neither scans nor
// counts; its pages take memory only once they are written. Elsewhere it is an ordinary slice.
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

// Array is a zeroed array of fixed length. Its memory is given back when the Array itself is
// no longer reachable, so keep the Array, not only a slice of it.
type Array[T Element] struct{ data []T }

// New returns n zeroed elements. It fails with ErrTooLarge, which says how many bytes were
// asked for and how many are available, before anything is allocated.
func New[T Element](n int) (*Array[T], error) {
	var zero T
	size := uint64(n) * uint64(unsafe.Sizeof(zero))
	if free, known := available(); n < 0 || known && size > free {
		return nil, fmt.Errorf("%w: %d bytes needed, %d available", ErrTooLarge, size, free)
	}
	a := new(Array[T])
	if n == 0 {
		return a, nil
	}
	return a, allocate(a, n, int(size))
}

// Data returns the elements. The slice is valid while the Array is reachable.
func (a *Array[T]) Data() []T { return a.data }
