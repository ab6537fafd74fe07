package safefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAFolderAppearsWhenItIsComplete(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "new")
	require.NoError(t, Folder(dir, func(work string) error {
		_, err := os.Stat(dir)
		require.ErrorIs(t, err, fs.ErrNotExist)
		return os.WriteFile(filepath.Join(work, "file"), []byte("text"), 0o644)
	}))
	text, err := os.ReadFile(filepath.Join(dir, "file"))
	require.NoError(t, err)
	require.Equal(t, "text", string(text))

	fill := func(string) error { t.Error("it must not be written"); return nil }
	require.ErrorIs(t, Folder(dir, fill), fs.ErrExist)
	require.ErrorIs(t, Folder(filepath.Join(parent, "nowhere", "new"), fill), fs.ErrNotExist)
	require.Error(t, Folder(filepath.Join(dir, "file"), fill), "a file is in its place")
}

func TestNothingIsLeftOfAFailure(t *testing.T) {
	parent, failure := t.TempDir(), errors.New("failure")
	require.ErrorIs(t, Folder(filepath.Join(parent, "new"), func(work string) error {
		return errors.Join(failure, os.WriteFile(filepath.Join(work, "file"), nil, 0o644))
	}), failure)
	left, err := os.ReadDir(parent)
	require.NoError(t, err)
	require.Empty(t, left)
}
