package flags

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExpand(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, os.MkdirAll(path("empty"), 0o700))
	for _, name := range []string{"day2.csv", "day1.csv", ".hidden", "other[1].txt"} {
		require.NoError(t, os.WriteFile(path(name), nil, 0o600))
	}
	files, err := Expand("train", []string{path("day*.csv"), path("other[1].txt"), "/nowhere.csv"})
	require.NoError(t, err)
	require.Equal(t, []string{path("day1.csv"), path("day2.csv"), path("other[1].txt"), "/nowhere.csv"}, files)
	files, err = Expand("train", []string{dir})
	require.NoError(t, err)
	require.Equal(t, []string{path("day1.csv"), path("day2.csv"), path("other[1].txt")}, files)
	for _, none := range []string{path("x*"), path("empty")} {
		_, err := Expand("valid", []string{none})
		require.EqualError(t, err, "--valid "+none+": there is no such file")
	}
}
