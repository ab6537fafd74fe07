package drift

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/stretchr/testify/require"
)

// usersOf returns the users of a day's rows.
func usersOf(t *testing.T, path string) (users []string) {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	at := slices.Index(rows[0], "user")
	for _, row := range rows[1:] {
		users = append(users, row[at])
	}
	return users
}

// On a log in which users and items drift and the rest does not, the figures say so, and the share of unknown users is
// the one that sets of texts give.
func TestFiguresOfALogThatDrifts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	require.NoError(t, synthetic.Drift{Rows: 10_000}.WriteFolder(t.Context(), dir, 6, nil))
	paths, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	require.NoError(t, err)
	s, err := schema.Load(filepath.Join(dir, "schema.yaml"))
	require.NoError(t, err)
	set, err := encode.Open(t.Context(), s, rawlog.Files{Train: paths[:5]}, encode.Options{})
	require.NoError(t, err)

	var w Window
	for _, path := range paths[:5] {
		d := NewDay(s, nil)
		read(t, s, d, path)
		w.Add(d.Counts())
	}
	d := NewDay(s, Known(set.Encoding))
	read(t, s, d, paths[5])
	figures, err := w.Compare(d.Counts())
	require.NoError(t, err)

	known := map[string]bool{}
	for _, path := range paths[:5] {
		for _, user := range usersOf(t, path) {
			known[user] = true
		}
	}
	unknown, users := 0, usersOf(t, paths[5])
	for _, user := range users {
		if !known[user] {
			unknown++
		}
	}
	byName := map[string]Figures{}
	for _, f := range figures {
		byName[f.Field] = f
		t.Logf("%-9s unknown %.4f PSI %.4f", f.Field, f.Unknown, f.PSI)
	}
	require.Equal(t, float64(unknown)/float64(len(users)), byName["user"].Unknown)
	require.Greater(t, byName["item"].PSI, 0.25)
	for _, field := range []string{"hour", "site", "device", "position"} {
		require.Zero(t, byName[field].Unknown, field)
		require.Less(t, byName[field].PSI, 0.04, field)
	}
}
