package stream_test

import (
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/stream"
	"github.com/stretchr/testify/require"
)

// A stream that is closed writes nothing more: another process may have it.
func TestAStreamThatIsClosed(t *testing.T) {
	dir, list := filepath.Join(t.TempDir(), "run"), days(t, 2)
	s, err := stream.Open(dir, options(t))
	require.NoError(t, err)
	_, err = s.Train(nil, list[0]) //nolint:staticcheck // a context is what is missing
	require.Error(t, err)
	_, err = s.Train(t.Context(), list[0])
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())

	other, err := stream.Open(dir, options(t))
	require.NoError(t, err)
	_, err = s.Train(t.Context(), list[1])
	require.ErrorIs(t, err, checkpoint.ErrClosed)
	require.Len(t, s.Records(), 1)
	require.Len(t, other.Records(), 1)
	_, err = other.Train(t.Context(), list[1])
	require.NoError(t, err)
	require.NoError(t, other.Close())
	_, err = s.DaysToLeave()
	require.NoError(t, err)
	require.NotPanics(t, func() { _, _ = s.Stays(), s.Incoming() })
}
