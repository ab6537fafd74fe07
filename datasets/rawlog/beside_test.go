package rawlog

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func TestBesideReadsWhatIsThere(t *testing.T) {
	content := make([]byte, 3*besideBlocks*besideBytes+7)
	for i := range content {
		content[i] = byte(rand.Uint32())
	}
	broken := errors.New("broken")
	for _, size := range []int{0, 1, besideBytes, besideBytes + 1, len(content)} {
		for want, end := range map[error]io.Reader{nil: bytes.NewReader(nil), broken: iotest.ErrReader(broken), io.ErrUnexpectedEOF: iotest.ErrReader(io.ErrUnexpectedEOF)} {
			b := readBeside(io.MultiReader(bytes.NewReader(content[:size]), end))
			got, err := io.ReadAll(b)
			require.Equal(t, want, err)
			require.True(t, bytes.Equal(content[:size], got))
			_, err = b.Read(make([]byte, 1))
			require.Error(t, err, "the end stays")
			b.close()
		}
	}
}

func TestBesideEndsWhereItIs(t *testing.T) {
	zeros := &counted{}
	b := readBeside(zeros)
	_, err := io.ReadFull(b, make([]byte, 10))
	require.NoError(t, err)
	b.close()
	at := zeros.n
	require.LessOrEqual(t, at, (besideBlocks+1)*besideBytes)
}

// counted is zeros without end.
type counted struct{ n int }

func (c *counted) Read(p []byte) (int, error) {
	clear(p)
	c.n += len(p)
	return len(p), nil
}
