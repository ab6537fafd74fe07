package offheap

import (
	"errors"
	"unsafe"
)

// ErrTooLarge is the error of an array that would not fit in the available memory.
var ErrTooLarge = errors.New("offheap: not enough memory")

// Element is what an Array can hold: types without pointers.
type Element interface {
	~float32 | ~int32 | ~uint32 | ~uint16
}

// Array is an array of fixed length.
type Array[T Element] struct {
	data    []T
	mapping []byte // what Free gives back; nil if the array is an ordinary slice
}

// New returns n zeroed elements. If they would not fit, it allocates nothing and returns an error that wraps
// ErrTooLarge and says how many bytes the array needs and how many are available.
func New[T Element](n int) (*Array[T], error) {
	var zero T
	size := Times(uint64(unsafe.Sizeof(zero)), n)
	if err := size.Check(); err != nil {
		return nil, err
	}
	if size < hugePage {
		return &Array[T]{data: make([]T, n)}, nil
	}
	return allocate[T](n, int(size))
}

// View returns an array over memory that is kept elsewhere, which Free lets go of and does not give back.
func View[T Element](data []T) *Array[T] { return &Array[T]{data: data} }

const hugePage = 2 << 20

// Data returns the elements. The slice is valid until Free.
func (a *Array[T]) Data() []T { return a.data }

// Free gives back the memory at once. Nobody may use a slice of the array afterwards. Free does nothing to an
// array that is nil or was freed before.
func (a *Array[T]) Free() {
	if a == nil {
		return
	}
	release(a.mapping)
	a.data, a.mapping = nil, nil
}
