package train_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/stretchr/testify/require"
)

var long = flag.Bool("long", false, "run the long forms of the tests")

// use is what the process has of goroutines, memory mappings, open files and bytes in the heap.
func use(t *testing.T) (goroutines, mappings, files int, heap uint64) {
	t.Helper()
	runtime.GC()
	runtime.GC()
	maps, err := os.ReadFile("/proc/self/maps")
	require.NoError(t, err)
	open, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return runtime.NumGoroutine(), bytes.Count(maps, []byte{'\n'}), len(open), m.HeapAlloc
}

// Runs that are trained, saved, resumed, loaded and freed leave nothing behind in the process. The long form makes 1,000:
//
//	go test ./zoo/train -run LeaveNothing -long
func TestRunsLeaveNothingBehind(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector maps memory of its own")
	}
	runs := 12
	if *long {
		runs = 1000
	}
	s := testrun.NewSaved(t)
	s.Run.Epochs = 1
	parent := t.TempDir()
	one := func(i int) {
		dir := filepath.Join(parent, strconv.Itoa(i))
		_, _ = s.Train(dir, 5) // interrupted
		_, err := s.Train(dir, -1)
		require.NoError(t, err)
		saved, err := predict.Load(dir)
		require.NoError(t, err)
		saved.Free()
		require.NoError(t, os.RemoveAll(dir))
	}
	for i := range 4 {
		one(i) // what is kept for ever is there after these
	}
	goroutines, mappings, files, heap := use(t)
	for i := range runs {
		one(i)
	}
	goroutinesAfter, mappingsAfter, filesAfter, heapAfter := use(t)
	require.LessOrEqual(t, goroutinesAfter, goroutines+2)
	require.LessOrEqual(t, mappingsAfter, mappings+10, "the heap of Go maps a little more now and then")
	require.LessOrEqual(t, filesAfter, files)
	require.LessOrEqual(t, heapAfter, heap+4<<20)
}
