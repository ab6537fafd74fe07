package offheap

import "unsafe"

// Number is what Bytes takes: numbers of a fixed size.
type Number interface {
	~uint8 | ~uint16 | ~int32 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// Bytes returns the memory of values itself, not a copy, in the byte order of the machine.
func Bytes[T Number](values []T) []byte {
	var zero T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), len(values)*int(unsafe.Sizeof(zero)))
}
