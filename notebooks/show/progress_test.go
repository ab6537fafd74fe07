package show

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProgress(t *testing.T) {
	var out bytes.Buffer
	clock := time.Unix(1, 0)
	p := NewProgress("run", 1000)
	p.out, p.now = func() io.Writer { return &out }, func() time.Time { return clock }

	p.Show(500, "loss 0.5000")
	p.Show(501, "too soon")
	require.Equal(t, "\rrun [############............] 500 of 1,000  loss 0.5000", out.String())

	out.Reset()
	p.Show(1000, "")
	require.Equal(t, "\rrun [########################] 1,000 of 1,000           \n", out.String(),
		"the end is always shown, and covers the longer line before")
}

func TestProgressOfNothing(t *testing.T) {
	var out bytes.Buffer
	p := NewProgress("run", 0)
	p.out = func() io.Writer { return &out }
	p.Show(0, "")
	require.Contains(t, out.String(), "0 of 0")
}

func TestMust(t *testing.T) {
	require.NotPanics(t, func() { Must(nil) })
	require.PanicsWithError(t, "bad", func() { Must(errors.New("bad")) })
}
