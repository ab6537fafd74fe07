package stream_test

import (
	"context"
	"iter"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/stream"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// A day that is done and has other bytes now is an error, and so is one that has other files. Another time alone changes nothing.
func TestADayThatHasChangedSinceItWasTrained(t *testing.T) {
	list, o := days(t, 1), options(t)
	dir := filepath.Join(t.TempDir(), "s")
	through(t, dir, o, list, -1)
	s, err := stream.Open(dir, o)
	require.NoError(t, err)
	defer s.Close()
	path := list[0].Files[0]
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	again := func(d stream.Day) error {
		r, err := s.Train(t.Context(), d)
		require.Nil(t, r)
		return err
	}
	require.NoError(t, os.Chtimes(path, time.Now(), time.Now()))
	require.NoError(t, again(list[0]))

	text[len(text)-2] ^= 1
	require.NoError(t, os.WriteFile(path, text, 0o600))
	err = again(list[0])
	require.ErrorIs(t, err, stream.ErrChanged)
	require.ErrorContains(t, err, "day 2026-01-01: ")
	require.ErrorContains(t, err, "has other bytes")
	require.NoError(t, os.WriteFile(path, append(text, text[50:]...), 0o600))
	require.ErrorContains(t, again(list[0]), "bytes, and has ")
	require.ErrorContains(t, again(stream.Day{Name: list[0].Name, Files: []string{path, path}}), "it had 1 files, and has 2")
	require.ErrorIs(t, again(stream.Day{Name: list[0].Name, Log: noLog, Origin: []byte("{}")}), stream.ErrChanged)
}

func noLog(context.Context, []rawlog.Column, *rawlog.Meter) iter.Seq2[*rawlog.Record, error] {
	return func(func(*rawlog.Record, error) bool) {}
}

// A day that is written to while it is read is not trained.
func TestADayThatChangesWhileItIsRead(t *testing.T) {
	list, o := days(t, 2), options(t)
	dir := filepath.Join(t.TempDir(), "s")
	through(t, dir, o, list[:1], -1)
	before := testrun.LatestFiles(t, filepath.Join(dir, "current"))
	o.Read.Progress = func(int, float64) {
		f, err := os.OpenFile(list[1].Files[0], os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		defer f.Close()
		_, err = f.WriteString("1,a,b,1,,,c,d\n")
		require.NoError(t, err)
	}
	o.Run.OnStep = func(train.Step) { t.Error("it is trained") }
	s, err := stream.Open(dir, o)
	require.NoError(t, err)
	defer s.Close()
	_, err = s.Train(t.Context(), list[1])
	require.ErrorIs(t, err, stream.ErrChanged)
	require.ErrorContains(t, err, "day 2026-01-02: ")
	require.ErrorContains(t, err, "was written to while it was read")
	require.Equal(t, before, testrun.LatestFiles(t, filepath.Join(dir, "current")))
}

// A day that was interrupted, and has other rows when the stream goes on, begins again, and ends as if it had these from the start.
func TestADayThatChangesWhenItIsInterrupted(t *testing.T) {
	list, o := days(t, 2), options(t)
	dir, straight := filepath.Join(t.TempDir(), "s"), filepath.Join(t.TempDir(), "straight")
	through(t, dir, o, list[:1], -1)
	o.Run.Checkpoints = &train.Checkpoints{EverySteps: 10}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stopped := o
	stopped.Run.OnStep = func(s train.Step) {
		if s.Step%150 == 35 {
			cancel()
		}
	}
	s, err := stream.Open(dir, stopped)
	require.NoError(t, err)
	_, err = s.Train(ctx, list[1])
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, s.Close())
	text, err := os.ReadFile(list[1].Files[0])
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(list[1].Files[0], append(text, "1,new,v32,1,,,v33,v34\n"...), 0o600))
	var notes []string
	o.Run.OnNote = func(note string) { notes = append(notes, note) }
	got := through(t, dir, o, list, -1)
	require.Contains(t, notes, "day 2026-01-02 is not what it was when it was interrupted: it begins again")
	require.Equal(t, through(t, straight, o, list, -1), got)
	require.Equal(t, testrun.LatestFiles(t, filepath.Join(straight, "current")), testrun.LatestFiles(t, filepath.Join(dir, "current")))
}
