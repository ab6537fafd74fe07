package feed

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/periods"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/stretchr/testify/require"
)

// Days of several files end with the log, or before the last period of the files that are complete.
func TestPeriodsOfFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"0.csv": "click,time\n1,14102100\n1,14102101\n",
		"1.csv": "click,time\n1,14102101\n1,14102102\n",
		"2.csv": "click,time\n1,14102102\n",
	} {
		require.NoError(t, os.WriteFile(write(t, 0, dir, name), []byte(text), 0o600))
	}
	days := func() (got []string) {
		l, unfinished, err := Files{Patterns: []string{filepath.Join(dir, "*.csv")}, Waiting: Waiting{Delay: time.Hour}}.Log(rawlog.Format{})
		require.NoError(t, err)
		p := Periods{Unfinished: unfinished, Cut: periods.Cut{
			Log: l, Columns: []rawlog.Column{{Name: "click"}}, Time: "time", Layout: "06010215", Length: time.Hour, Spool: filepath.Join(dir, "rows"),
		}}
		for d, err := range p.Days(t.Context()) {
			require.NoError(t, err)
			require.Contains(t, string(d.Origin), `{"column":"time","from":"2014-10-21T0`)
			got = append(got, d.Name)
		}
		return got
	}
	old := time.Now().Add(-2 * time.Hour)
	require.Empty(t, days(), "no file is complete")
	for i, want := range [][]string{
		{"2014-10-21T00"},
		{"2014-10-21T00", "2014-10-21T01"},
		{"2014-10-21T00", "2014-10-21T01", "2014-10-21T02"},
	} {
		path := filepath.Join(dir, string(rune('0'+i))+".csv")
		require.NoError(t, os.Chtimes(path, old, old))
		require.Equal(t, want, days())
	}
}

func TestALogWithoutRowsHasNoPeriods(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.csv")
	require.NoError(t, os.WriteFile(path, []byte("click,time\n"), 0o600))
	l, err := rawlog.Open(rawlog.Format{}, []string{path})
	require.NoError(t, err)
	p := Periods{Cut: periods.Cut{
		Log: l, Columns: []rawlog.Column{{Name: "click"}}, Time: "time", Layout: "06010215", Length: time.Hour, Spool: filepath.Join(dir, "rows"),
	}}
	for _, unfinished := range []bool{false, true} {
		p.Unfinished = unfinished
		var failures []error
		for _, err := range p.Days(t.Context()) {
			failures = append(failures, err)
		}
		if unfinished {
			require.Empty(t, failures)
		} else {
			require.Len(t, failures, 1)
			require.ErrorIs(t, failures[0], rawlog.ErrEmpty)
		}
	}
}
