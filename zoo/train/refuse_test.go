package train_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/stretchr/testify/require"
)

// filesOf are the hashes of all files in a directory, but for the lock.
func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == "lock" {
			return err
		}
		data, err := os.ReadFile(path)
		files[path] = checkpoint.Hash(data)
		return err
	}))
	return files
}

func TestACheckpointOfAnotherVersionIsNotResumed(t *testing.T) {
	for want, change := range map[string]map[string]any{
		"it has format 2, this version reads 1":       {"format": 2},
		"it has format 0, this version reads 1":       {"format": 0, "parts": nil},
		"the checkpoint is of another run: model":     {"run": map[string]any{}},
		"manifest.json is damaged: json: cannot unma": {"position": "here"},
	} {
		t.Run(want, func(t *testing.T) {
			s, dir := testrun.NewSaved(t), filepath.Join(t.TempDir(), "run")
			_, err := s.Train(dir, 20)
			require.Error(t, err)
			path := filepath.Join(testrun.Latest(t, dir), "manifest.json")
			testrun.EditSealed(t, path, change)
			before := filesOf(t, dir)
			_, err = s.Train(dir, -1)
			require.ErrorContains(t, err, want)
			require.Equal(t, before, filesOf(t, dir))
		})
	}
}
