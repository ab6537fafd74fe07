package checkpoint

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestDirectories(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "run")
	_, err := Open(dir)
	require.ErrorIs(t, err, ErrHoldsNoRun)
	d, err := Create(dir, map[string]string{"epochs": "3"})
	require.NoError(t, err)
	_, err = Open(dir)
	require.ErrorIs(t, err, ErrInUse)
	_, err = Create(dir, nil)
	require.ErrorIs(t, err, ErrInUse)
	require.NoError(t, d.Close())
	d, err = Create(dir, map[string]string{"epochs": "3"})
	require.NoError(t, err, "a run that has saved nothing may begin anew")
	require.NoError(t, d.Close())
	checkpoint := filepath.Join(dir, "epoch-0002-batch-00000000")
	require.NoError(t, os.Mkdir(checkpoint, 0o700))
	_, err = Create(dir, nil)
	require.ErrorIs(t, err, ErrHoldsRun)
	require.NoError(t, os.Remove(checkpoint))

	require.NoError(t, os.Mkdir(filepath.Join(dir, "epoch-0001-batch-00000001.tmp"), 0o700))
	d, err = Open(dir)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"epochs": "3"}, d.Settings())
	require.False(t, exists(filepath.Join(dir, "epoch-0001-batch-00000001.tmp")), "left by a run that was killed")
	require.NoError(t, d.Close())

	require.NoError(t, os.WriteFile(filepath.Join(dir, settingsFile), []byte(`{"sha256":"0","content":{"epochs":"4"}}`), 0o600))
	_, err = Open(dir)
	require.ErrorIs(t, err, ErrDamaged)
	require.ErrorContains(t, err, settingsFile)

	own := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(own, "schema.yaml"), nil, 0o600))
	_, err = Create(own, nil)
	require.ErrorIs(t, err, ErrHoldsFile)
	require.ErrorContains(t, err, "schema.yaml")

	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = Create(filepath.Join(file, "run"), nil)
	require.ErrorContains(t, err, "not a directory")
}

func TestNamesOfCheckpointsAreSortedByNumber(t *testing.T) {
	dir := t.TempDir()
	want := []string{"epoch-0002-batch-00000010", "epoch-0002-batch-123456789", "epoch-0010-batch-00000000", "epoch-10000-batch-00000000"}
	for _, name := range append([]string{"epoch-2-batch-1", "epoch-0003-batch-00000000.tmp", "other"}, want...) {
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o700))
	}
	got, err := list(dir)
	require.NoError(t, err)
	require.Equal(t, want, got)
}
