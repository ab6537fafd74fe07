//go:build unix

package safefile

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOneHolderAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := TakeLock(path)
	require.NoError(t, err)
	require.NoError(t, first.Check())
	_, err = TakeLock(path)
	require.ErrorIs(t, err, ErrLocked)
	require.NoError(t, first.Close())
	require.NoError(t, first.Close())
	require.ErrorIs(t, first.Check(), ErrUnlocked)
	second, err := TakeLock(path)
	require.NoError(t, err)
	require.NoError(t, second.Close())
	var none *Lock
	require.ErrorIs(t, none.Check(), ErrUnlocked)
	require.NoError(t, none.Close())
}

func TestALockThatWasRemoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := TakeLock(path)
	require.NoError(t, err)
	require.NoError(t, os.Remove(path))
	require.NoError(t, first.Check(), "nobody else has it")
	_, err = TakeLock(path)
	require.ErrorIs(t, err, ErrLocked, "it was taken anew")

	require.NoError(t, os.Remove(path))
	second, err := TakeLock(path)
	require.NoError(t, err)
	require.ErrorIs(t, first.Check(), ErrLocked)
	require.NoError(t, second.Check())
	require.NoError(t, second.Close())
	require.ErrorIs(t, first.Check(), ErrLocked, "the other may have written")
	require.NoError(t, first.Close())
}

func TestALockIsARegularFile(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	require.NoError(t, os.Symlink("/dev/zero", filepath.Join(dir, "link")))
	for _, path := range []string{pipe, filepath.Join(dir, "link"), dir} {
		_, err := TakeLock(path)
		require.ErrorIs(t, err, ErrNotRegular, path)
	}
	_, err := TakeLock(filepath.Join(dir, "none", "lock"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
