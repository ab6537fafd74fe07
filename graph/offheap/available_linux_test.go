package offheap

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNeedsDoNotOverflow(t *testing.T) {
	require.EqualValues(t, 24, Times(4, 2, 3))
	require.EqualValues(t, 0, Times(4, 0, math.MaxInt))
	require.EqualValues(t, uint64(math.MaxUint64), Times(4, math.MaxInt, 2))
	require.EqualValues(t, uint64(math.MaxUint64), Times(1<<32, 1<<31, 1<<31))
	require.EqualValues(t, uint64(math.MaxUint64), Times(4, -1))
	require.EqualValues(t, uint64(math.MaxUint64), Times(1<<63).And(Times(1<<63)))
	require.ErrorIs(t, Times(1, math.MaxInt).Check(), ErrTooLarge)
	require.ErrorIs(t, Times(4, 1<<31, 1<<31).Check(), ErrTooLarge)
	require.NoError(t, Times(4, 100).Check())
}

// groups makes the files of control groups, and returns what limitsOf takes.
func groups(t *testing.T, membership string, files map[string]string) (path, root string) {
	t.Helper()
	root = t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	}
	path = filepath.Join(root, "cgroup")
	require.NoError(t, os.WriteFile(path, []byte(membership), 0o600))
	return path, root
}

func least(t *testing.T, membership string, files map[string]string) (uint64, bool) {
	t.Helper()
	var free uint64
	known := false
	for _, l := range limitsOf(groups(t, membership, files)) {
		if left, is := l.left(); is && (!known || left < free) {
			free, known = left, true
		}
	}
	return free, known
}

// The limits of all groups around the process count, and files that were only read do not.
func TestTheLimitsOfControlGroups(t *testing.T) {
	free, known := least(t, "0::/pod/box\n", map[string]string{
		"pod/memory.max": "1000\n", "pod/memory.current": "900\n", "pod/memory.stat": "anon 1\ninactive_file 300\n",
		"pod/box/memory.max": "max\n", "pod/box/memory.current": "500\n",
	})
	require.True(t, known)
	require.EqualValues(t, 400, free)
	free, known = least(t, "12:cpu,cpuacct:/x\n4:memory:/box\n1:name=systemd:/y\n0::/\n", map[string]string{
		"memory/box/memory.limit_in_bytes": "1000", "memory/box/memory.usage_in_bytes": "1200", "memory/box/memory.stat": "cache 1\ntotal_inactive_file 50\n",
	})
	require.True(t, known)
	require.Zero(t, free)
	_, known = least(t, "0::/\n", map[string]string{"memory.max": "max\n", "memory.current": "5\n"})
	require.False(t, known)
	require.Empty(t, limitsOf("/nowhere", "/nowhere"))
	free, known = least(t, "0::/../../outside\n", map[string]string{"outside/memory.max": "10\n", "outside/memory.current": "3\n"})
	require.True(t, known)
	require.EqualValues(t, 7, free)
}
