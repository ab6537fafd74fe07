package offheap

import "unsafe"

// Number is what Bytes can show: numbers of a fixed size.
type Number interface {
	~uint8 | ~int32 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// Bytes is the memory of values, in the byte order of the machine. It is not copied.
func Bytes[T Number](values []T) []byte {
	var zero T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), len(values)*int(unsafe.Sizeof(zero)))
}
