package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/known"
	"github.com/ctrzoo/ctrzoo/zoo/stream"
	"github.com/stretchr/testify/require"
)

// small are flags of a small model.
var small = []string{"--embedding-dim", "2", "--hidden-units", "4", "--batch-size", "20"}

// hourly writes a log of some hours with 40 rows each, and its schema.
func hourly(t *testing.T, hours ...int) (log, schema string) {
	t.Helper()
	dir := t.TempDir()
	var b strings.Builder
	b.WriteString("click,time,user\n")
	for _, hour := range hours {
		for row := range 40 {
			fmt.Fprintf(&b, "%d,141021%02d,u%d\n", row%3/2, hour, row%11)
		}
	}
	log, schema = filepath.Join(dir, "log.csv"), filepath.Join(dir, "schema.yaml")
	require.NoError(t, os.WriteFile(log, []byte(b.String()), 0o600))
	require.NoError(t, os.WriteFile(schema, []byte("label: click\nfields:\n  - {name: hour, column: time, derive: hour, layout: '06010215'}\n  - {name: user}\n"), 0o600))
	return log, schema
}

func TestStreamOfPeriods(t *testing.T) {
	log, schema := hourly(t, 0, 1, 5, 23)
	run := filepath.Join(t.TempDir(), "run")
	args := append([]string{"stream", "--schema", schema, "--days", log, "--period", "1h", "--out", run}, small...)
	code, stdout, stderr := zooCommand(t, append(args, "--json")...)
	require.Zero(t, code, stderr)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	require.Len(t, lines, 4)
	require.Contains(t, lines[3], `{"day":"2014-10-21T23","samples":40,`)
	require.Contains(t, lines[3], `"hours":[{"hour":23,"samples":40,"clicks":13,"test_auc":`)
	code, _, stderr = zooCommand(t, args...)
	require.Zero(t, code, stderr)
	require.Contains(t, stderr, "all days are done; the latest is 2014-10-21T23")

	text, err := os.ReadFile(log)
	require.NoError(t, err)
	for want, more := range map[string]string{
		"day 2014-10-21T23: the day has changed": "1,14102123,u1\n",
		"it is before 2014-10-21 23:00:00":       "1,14102122,u1\n",
	} {
		require.NoError(t, os.WriteFile(log, append(bytes.Clone(text), more...), 0o600))
		code, _, stderr = zooCommand(t, args...)
		require.Equal(t, 1, code)
		require.Contains(t, strings.Replace(stderr, "its time 2014-10-21 22:00:00", "it", 1), want)
	}
	for want, more := range map[string][]string{
		"--follow waits for files":                 {"--follow"},
		"--period must be whole seconds":           {"--period", "10ms"},
		"no layout of the column user":             {"--time-column", "user"},
		"--delay must be at least 0":               {"--delay", "-1s"},
		"time-layout is \"unix\", and was not giv": {"--time-layout", "unix"},
	} {
		code, _, stderr := zooCommand(t, append(args, more...)...)
		require.Equal(t, 2, code, stderr)
		require.Contains(t, stderr, want)
	}
	code, _, stderr = zooCommand(t, "stream", "--schema", schema, "--days", log, "--time-column", "time", "--out", run)
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "are for files with a --period")
}

// screen is what a command prints, to be looked at while it runs.
type screen struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.text.String()
}

// shows waits until a text is on the screen.
func (s *screen) shows(t *testing.T, text string) {
	t.Helper()
	require.Eventually(t, func() bool { return strings.Contains(s.String(), text) }, 20*time.Second, 5*time.Millisecond, text)
}

// A stream that follows trains a day when its file has come and no longer changes, and ends when it is interrupted.
func TestStreamFollows(t *testing.T) {
	log, schema := hourly(t, 3)
	folder, run := t.TempDir(), filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, errors, code := &screen{}, &screen{}, make(chan int)
	args := append([]string{"stream", "--schema", schema, "--days", filepath.Join(folder, "*.csv"), "--follow", "--delay", "1h", "--out", run}, small...)
	go func() { code <- Zoo{}.Run(ctx, args, out, errors) }()
	errors.shows(t, "waiting: no day matches yet")

	text, err := os.ReadFile(log)
	require.NoError(t, err)
	day, err := os.Create(filepath.Join(folder, "2026-01-01.csv"))
	require.NoError(t, err)
	_, err = day.Write(text[:len(text)/2]) // half of it
	require.NoError(t, err)
	errors.shows(t, "waiting: day 2026-01-01 is not complete: it changed at ")
	_, err = day.Write(text[len(text)/2:])
	require.NoError(t, err)
	require.NoError(t, day.Close())
	require.NoError(t, os.Chtimes(day.Name(), time.Now(), time.Now().Add(-2*time.Hour)))
	out.shows(t, "2026-01-01 ")
	require.Contains(t, out.String(), " 40  ", "all rows")
	errors.shows(t, "waiting: for a day after 2026-01-01")
	cancel()
	require.Equal(t, 1, <-code)
	require.Contains(t, errors.String(), "zoo: interrupted")

	require.Equal(t, 0, Zoo{}.Run(t.Context(), []string{"evaluate", "--from", run, "--test", log}, io.Discard, io.Discard))
	again := slices.DeleteFunc(args, func(arg string) bool { return arg == "--follow" })
	require.NoError(t, os.WriteFile(filepath.Join(folder, "2026-01-02.csv"), text, 0o600))
	code2, _, stderr := zooCommand(t, again...)
	require.Zero(t, code2, stderr)
	require.Contains(t, stderr, "left for another time: day 2026-01-02 is not complete")
}

// The real rows of eleven hours, each a day. After some hours the model is calibrated, and better than chance.
func TestStreamOfAvazuByHours(t *testing.T) {
	log := "../../shared/data/avazu/eleven_hours_2803.csv.gz"
	if _, err := os.Stat(log); err != nil {
		t.Skip("the rows of Avazu are not there")
	}
	described := known.Avazu()
	for i := range described.Fields {
		if f := &described.Fields[i]; f.Layout != "" {
			f.Layout = time.DateTime
		}
	}
	described.Split = nil
	text, err := described.YAML()
	require.NoError(t, err)
	schema := filepath.Join(t.TempDir(), "schema.yaml")
	require.NoError(t, os.WriteFile(schema, text, 0o600))
	run := filepath.Join(t.TempDir(), "run")
	code, stdout, stderr := zooCommand(t, "stream", "--schema", schema, "--days", log, "--period", "1h", "--out", run, "--batch-size", "32", "--half-life", "12days", "--json")
	require.Zero(t, code, stderr)
	samples, days := 0, []stream.Record{}
	for d := json.NewDecoder(strings.NewReader(stdout)); d.More(); {
		var r stream.Record
		require.NoError(t, d.Decode(&r))
		require.Equal(t, fmt.Sprintf("2014-10-21T%02d", len(days)), r.Day)
		samples += r.Samples
		days = append(days, r)
	}
	require.Len(t, days, 11)
	require.Equal(t, 2804, samples, "the rows of the file; its last line has no end")
	for _, r := range days[1:] {
		require.Len(t, r.Hours, 1)
		require.Equal(t, r.TestAUC, r.Hours[0].TestAUC)
		require.Less(t, *r.UnknownShare, 0.25)
	}
	for _, r := range days[7:] {
		require.InDelta(t, 1, *r.TestCalibration, 0.3)
		require.Greater(t, *r.TestAUC, 0.55)
	}
}
