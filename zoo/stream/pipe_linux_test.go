package stream_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/stream"
	"github.com/stretchr/testify/require"
)

// A pipe is refused without being opened, which would wait for ever.
func TestAPipeIsNoDay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "day.csv")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	s, err := stream.Open(filepath.Join(t.TempDir(), "s"), options(t))
	require.NoError(t, err)
	defer s.Close()
	_, err = s.Train(t.Context(), stream.Day{Name: "2026-01-01", Files: []string{path}})
	require.ErrorIs(t, err, stream.ErrNoFile)
	require.ErrorContains(t, err, "day 2026-01-01: "+path)
}
