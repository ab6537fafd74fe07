package zoo

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

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
		files[path] = hash(data)
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
			s, dir := newSavedRun(t), filepath.Join(t.TempDir(), "run")
			_, err := s.train(dir, 20)
			require.Error(t, err)
			names, err := checkpoints(dir)
			require.NoError(t, err)
			path := filepath.Join(dir, names[len(names)-1], manifestFile)
			var content map[string]any
			require.NoError(t, readSealed(path, &content))
			for name, value := range change {
				content[name] = value
			}
			require.NoError(t, writeSealed(path, content))
			before := filesOf(t, dir)
			_, err = s.train(dir, -1)
			require.ErrorContains(t, err, want)
			require.Equal(t, before, filesOf(t, dir))
		})
	}
}
