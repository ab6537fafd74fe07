//go:build !linux

package offheap

func allocate[T Element](a *Array[T], n, _ int) error {
	a.data = make([]T, n)
	return nil
}

func available() (uint64, bool) { return 0, false }
