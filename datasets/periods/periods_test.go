package periods

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/stretchr/testify/require"
)

const layout = "06010215"

// cutOf cuts files with some texts, named 0.csv and so on.
func cutOf(t *testing.T, length time.Duration, texts ...string) Cut {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for i, text := range texts {
		path := filepath.Join(dir, fmt.Sprint(i, ".csv"))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		paths = append(paths, path)
	}
	l, err := rawlog.Open(rawlog.Format{}, paths)
	require.NoError(t, err)
	return Cut{
		Log: l, Columns: []rawlog.Column{{Name: "click"}, {Name: "user"}}, Time: "hour", Layout: layout,
		Length: length, Spool: filepath.Join(dir, "spool"),
	}
}

// linesOf reads the rows of a period twice, with their columns in another order, and their places.
func linesOf(t *testing.T, p *Period) (lines []string) {
	t.Helper()
	for range 2 {
		lines = nil
		for r, err := range p.Log()(context.Background(), []rawlog.Column{{Name: "user"}, {Name: "click"}}, nil) {
			if err != nil {
				lines = append(lines, err.Error())
				continue
			}
			lines = append(lines, fmt.Sprint(filepath.Base(r.Path), ":", r.Line, " ", strings.Join(r.Values, " ")))
		}
	}
	return lines
}

func TestALogIsCutByDays(t *testing.T) {
	c := cutOf(t, 24*time.Hour,
		"hour,click,user\n14102100,1,a\n14102123,0,\"b, c\nd\"\n14102200,0,é\n",
		"click,user,hour\n1,e,14102200\n0,,14102423\n")
	got := map[string][]string{}
	var names, hashes []string
	for p, err := range c.All(t.Context()) {
		require.NoError(t, err)
		names, hashes = append(names, p.Name()), append(hashes, p.Hash)
		require.Equal(t, 24*time.Hour, p.End.Sub(p.Start))
		require.Equal(t, p.Name() == "2014-10-24", p.Last)
		got[p.Name()] = linesOf(t, p)
		require.Len(t, got[p.Name()], p.Rows)
	}
	require.Equal(t, []string{"2014-10-21", "2014-10-22", "2014-10-24"}, names, "a day without rows is none")
	require.Equal(t, map[string][]string{
		"2014-10-21": {"0.csv:2 a 1", "0.csv:3 b, c\nd 0"},
		"2014-10-22": {"0.csv:5 é 0", "1.csv:2 e 1"},
		"2014-10-24": {"1.csv:3  0"},
	}, got)
	require.NoFileExists(t, c.Spool)

	// The hash of a period is that of what it has, wherever its lines are.
	again := cutOf(t, 24*time.Hour, "user,hour,click,more\na,14102100,1,x\n\"b, c\nd\",14102123,0,x\né,14102200,1,x\n")
	i := 0
	for p, err := range again.All(t.Context()) {
		require.NoError(t, err)
		require.Equal(t, i == 0, hashes[i] == p.Hash)
		i++
	}
	require.Equal(t, 2, i)
}

func TestPeriodsOfAnyLength(t *testing.T) {
	text := "hour,click,user\n14102100,1,a\n14102100,1,a\n14102105,0,b\n14102106,0,c\n14102723,0,c\n"
	for length, want := range map[time.Duration][]string{
		time.Hour:       {"2014-10-21T00", "2014-10-21T05", "2014-10-21T06", "2014-10-27T23"},
		6 * time.Hour:   {"2014-10-21T00", "2014-10-21T06", "2014-10-27T18"},
		168 * time.Hour: {"2014-10-20", "2014-10-27"}, // Mondays
		time.Minute:     {"2014-10-21T0000", "2014-10-21T0500", "2014-10-21T0600", "2014-10-27T2300"},
		time.Second:     {"2014-10-21T000000", "2014-10-21T050000", "2014-10-21T060000", "2014-10-27T230000"},
	} {
		var names []string
		for p, err := range cutOf(t, length, text).All(t.Context()) {
			require.NoError(t, err)
			names = append(names, p.Name())
		}
		require.Equal(t, want, names, length)
	}
}

// fails cuts a log to its end, which must be an error.
func fails(t *testing.T, c Cut) error {
	t.Helper()
	for _, err := range c.All(t.Context()) {
		if err != nil {
			require.NoFileExists(t, c.Spool)
			return err
		}
	}
	require.Fail(t, "no error")
	return nil
}

func TestRowsOutOfOrder(t *testing.T) {
	c := cutOf(t, time.Hour, "hour,click,user\n14102105,1,a\n14102107,1,a\n14102106,0,b\n")
	err := fails(t, c)
	require.ErrorIs(t, err, ErrOrder)
	require.ErrorContains(t, err, `0.csv, line 4, column "hour": `)
	require.ErrorContains(t, err, "its time 2014-10-21 06:00:00 is before 2014-10-21 07:00:00, when the period of line 3 of ")
	require.ErrorContains(t, err, `"14102106"`)

	c.Length = 24 * time.Hour // within a period the order does not matter
	for p, err := range c.All(t.Context()) {
		require.NoError(t, err)
		require.Equal(t, 3, p.Rows)
	}
}

// Bad lines come in their places, and as many as are allowed in each period.
func TestBadLines(t *testing.T) {
	text := "hour,click,user\nx,0,-\n14102105,1,a\n14102105,1\n14102105,1,b\n14102106,0,b\n,0,c\n"
	err := fails(t, cutOf(t, time.Hour, text))
	require.ErrorIs(t, err, schema.ErrTime)
	require.ErrorContains(t, err, "0.csv, line 2")
	c := cutOf(t, time.Hour, text)
	c.SkipBadLines = 1
	err = fails(t, c)
	require.ErrorIs(t, err, rawlog.ErrColumns)
	require.ErrorContains(t, err, "period 2014-10-21T05: ")
	require.ErrorContains(t, err, "0.csv, line 4")
	c.SkipBadLines = 2
	var got [][]string
	for p, err := range c.All(t.Context()) {
		require.NoError(t, err)
		got = append(got, linesOf(t, p))
	}
	require.Len(t, got, 2)
	require.Contains(t, got[0][0], `0.csv, line 2, column "hour"`)
	require.Equal(t, "0.csv:3 a 1", got[0][1])
	require.Contains(t, got[0][2], "0.csv, line 4: wrong number of columns")
	require.Equal(t, "0.csv:5 b 1", got[0][3])
	require.Equal(t, "0.csv:6 b 0", got[1][0])
	require.Contains(t, got[1][1], "0.csv, line 7")
}

func TestLogsThatCannotBeCut(t *testing.T) {
	good := func() Cut { return cutOf(t, time.Hour, "hour,click,user\n14102105,1,a\n") }
	c := good()
	c.Length = time.Millisecond
	require.ErrorContains(t, fails(t, c), "at least one")
	c = good()
	c.Layout = ""
	require.ErrorContains(t, fails(t, c), "required")
	c = good()
	c.Time = "when"
	require.ErrorIs(t, fails(t, c), rawlog.ErrUnknownColumn)
	c = good()
	c.Spool = filepath.Join(c.Spool, "nowhere")
	require.ErrorIs(t, fails(t, c), os.ErrNotExist)
	c = good()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range c.All(ctx) {
		require.ErrorIs(t, err, context.Canceled)
	}
	for p, err := range good().All(t.Context()) {
		require.NoError(t, err)
		for _, err := range p.Log()(t.Context(), []rawlog.Column{{Name: "site"}}, nil) {
			require.ErrorIs(t, err, rawlog.ErrUnknownColumn)
		}
		require.NoError(t, os.Truncate(p.spool.file.Name(), 5))
		for _, err := range p.Log()(t.Context(), []rawlog.Column{{Name: "user"}}, nil) {
			require.ErrorIs(t, err, ErrSpool)
		}
	}
}
