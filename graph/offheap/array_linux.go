package offheap

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// allocate maps size bytes of zeroed memory for n elements.
func allocate[T Element](n, size int) (*Array[T], error) {
	mapping, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_NORESERVE)
	if err != nil {
		return nil, fmt.Errorf("%w: mapping %d bytes: %v", ErrTooLarge, size, err)
	}
	// A hint: a kernel without huge pages still gives correct memory.
	_ = unix.Madvise(mapping, unix.MADV_HUGEPAGE)
	return &Array[T]{data: unsafe.Slice((*T)(unsafe.Pointer(&mapping[0])), n), mapping: mapping}, nil
}

func release(mapping []byte) {
	if mapping != nil {
		_ = unix.Munmap(mapping) // fails only for a range that was never mapped
	}
}
