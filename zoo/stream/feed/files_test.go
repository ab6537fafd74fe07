package feed

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/stream"
	"github.com/stretchr/testify/require"
)

// write writes a file that changed last so long ago, with the folders above it.
func write(t *testing.T, ago time.Duration, parts ...string) string {
	t.Helper()
	path := filepath.Join(parts...)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(t, os.WriteFile(path, []byte("click,user\n1,a\n"), 0o666))
	when := time.Now().Add(-ago)
	require.NoError(t, os.Chtimes(path, when, when))
	return path
}

// collect returns the names of the days, and the error after them.
func collect(ctx context.Context, f Files, after func(stream.Day)) (names []string, err error) {
	for d, err := range f.Days(ctx) {
		if err != nil {
			return names, err
		}
		names = append(names, d.Name)
		if after != nil {
			after(d)
		}
	}
	return names, nil
}

func TestNamesOfDays(t *testing.T) {
	for path, want := range map[string]string{
		"a/2026-01-01.csv":            "2026-01-01",
		"a.b/2026-01-01.csv.gz":       "2026-01-01",
		"2026-01-01.tsv.bz2":          "2026-01-01",
		"2026.01.01.jsonl.zst":        "2026.01.01",
		"2026-01-01":                  "2026-01-01",
		"log.2026-01-01":              "log.2026-01-01",
		"2026-01-01T05.final.parquet": "2026-01-01T05",
		".csv":                        ".csv",
	} {
		require.Equal(t, want, nameOf(path), path)
	}
}

// Days are files and folders, in the order of their names, wherever they are.
func TestDaysAreFilesAndFolders(t *testing.T) {
	dir := t.TempDir()
	write(t, 0, dir, "b", "2026-01-01.csv")
	for _, name := range []string{"part-1.csv", "part-0.csv", "_SUCCESS", ".part-2.csv.crc"} {
		write(t, 0, dir, "a", "2026-01-02", name)
	}
	write(t, 0, dir, "a", "2026-01-03.csv.gz")
	days, err := Files{Patterns: []string{filepath.Join(dir, "a", "*"), filepath.Join(dir, "b", "*")}}.Find()
	require.NoError(t, err)
	require.Len(t, days, 3)
	require.Equal(t, "2026-01-01", days[0].Name)
	require.Equal(t, []string{filepath.Join(dir, "a", "2026-01-02", "part-0.csv"), filepath.Join(dir, "a", "2026-01-02", "part-1.csv")}, days[1].Files)
	require.Equal(t, "2026-01-03", days[2].Name)
}

func TestDaysThatCannotBeFound(t *testing.T) {
	dir := t.TempDir()
	write(t, 0, dir, "a", "2026-01-01.csv")
	write(t, 0, dir, "b", "2026-01-01.csv.gz")
	write(t, 0, dir, "prepared", "2026-01-02", "manifest.json")
	write(t, 0, dir, "deep", "2026-01-03", "hour", "0.csv")
	for pattern, want := range map[string]error{
		"x*": ErrNone, "[": filepath.ErrBadPattern, "[ab]/*": ErrTwice, "prepared/*": ErrPrepared,
	} {
		_, err := Files{Patterns: []string{filepath.Join(dir, pattern)}}.Find()
		require.ErrorIs(t, err, want, pattern)
	}
	_, err := Files{Patterns: []string{filepath.Join(dir, "[ab]/*")}}.Find()
	require.ErrorContains(t, err, "day 2026-01-01 comes twice: "+filepath.Join(dir, "a", "2026-01-01.csv"))
	_, err = Files{Patterns: []string{filepath.Join(dir, "deep/*")}}.Find()
	require.ErrorContains(t, err, "a folder within the folder of a day")
	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "link.csv")))
	_, err = Files{Patterns: []string{filepath.Join(dir, "link.csv")}}.Find()
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// A day that changed a moment ago is left for another time, with all that come after it.
func TestADayThatIsNotComplete(t *testing.T) {
	dir := t.TempDir()
	write(t, 2*time.Hour, dir, "2026-01-01.csv")
	write(t, 2*time.Hour, dir, "2026-01-02", "0.csv")
	write(t, 2*time.Hour, dir, "2026-01-03.csv")
	old := time.Now().Add(-2 * time.Hour)
	var said []string
	f := Files{Patterns: []string{filepath.Join(dir, "*")}, Waiting: Waiting{Delay: time.Hour, OnWait: func(what string) { said = append(said, what) }}}
	names, err := collect(t.Context(), f, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"2026-01-01"}, names, "a file has just come to the folder of the second day")
	require.Len(t, said, 1)
	require.Contains(t, said[0], "left for another time: day 2026-01-02 is not complete: it changed at ")
	require.NoError(t, os.Chtimes(filepath.Join(dir, "2026-01-02"), old, old))
	names, err = collect(t.Context(), f, nil)
	require.NoError(t, err)
	require.Len(t, names, 3)
}

// Who follows gets a day when it has come and has not changed for the delay, until the context ends.
func TestDaysThatCome(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var said []string
	f := Files{Patterns: []string{filepath.Join(dir, "*.csv")}, Waiting: Waiting{Delay: 40 * time.Millisecond, Follow: true, Poll: time.Millisecond}}
	f.OnWait = func(what string) {
		if said = append(said, what); len(said) == 1 { // nothing is there
			write(t, time.Hour, dir, "2026-01-01.csv")
		}
	}
	var came time.Time
	names, err := collect(ctx, f, func(d stream.Day) {
		switch d.Name {
		case "2026-01-01":
			came = time.Now()
			write(t, 0, dir, "2026-01-02.csv")
		case "2026-01-02":
			require.GreaterOrEqual(t, time.Since(came), 35*time.Millisecond, "it was written to a moment ago")
			write(t, time.Hour, dir, "2025-12-31.csv") // late: the stream will refuse it
		default:
			cancel()
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, []string{"2026-01-01", "2026-01-02", "2025-12-31"}, names)
	require.Equal(t, "waiting: no day matches yet", said[0])
}
