package offheap

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
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

// available returns how many bytes the system could use without swapping.
func available() (uint64, bool) {
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	_, rest, found := bytes.Cut(info, []byte("MemAvailable:"))
	if !found {
		return 0, false
	}
	fields := bytes.Fields(rest[:min(len(rest), 64)])
	if len(fields) == 0 {
		return 0, false
	}
	kib, err := strconv.ParseUint(string(fields[0]), 10, 64)
	return kib << 10, err == nil
}
