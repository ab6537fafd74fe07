package offheap

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNewGivesZeroedMemoryOutsideTheHeap(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a, err := New[float32](64 << 20)
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	require.Len(t, a.Data(), 64<<20)
	for i := 0; i < len(a.Data()); i += 4099 {
		require.Zero(t, a.Data()[i])
		a.Data()[i] = 1
	}
	if runtime.GOOS == "linux" {
		require.Less(t, after.HeapAlloc-before.HeapAlloc, uint64(1<<20))
	}
	a.Free()
	require.Nil(t, a.Data())
	a.Free()
	(*Array[float32])(nil).Free()
}

func TestNewRefusesWhatDoesNotFit(t *testing.T) {
	if _, known := available(); !known {
		t.Skip("the memory that is available is not known on this system")
	}
	_, err := New[uint32](1 << 50)
	require.ErrorIs(t, err, ErrTooLarge)
	require.ErrorContains(t, err, "4503599627370496 bytes needed")
	_, err = New[uint32](-1)
	require.ErrorIs(t, err, ErrTooLarge)
}

func TestEmpty(t *testing.T) {
	a, err := New[int32](0)
	require.NoError(t, err)
	require.Empty(t, a.Data())
}
