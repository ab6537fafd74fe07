package serve

import (
	"encoding/binary"
	"testing"

	"github.com/ctrzoo/ctrzoo/internal/fuzzing"
	"github.com/stretchr/testify/require"
)

// Bytes that are accepted as a tensor of texts are those that its texts make.
func FuzzRawTexts(f *testing.F) {
	f.Add([]byte("\x02\x00\x00\x00xy\x00\x00\x00\x00"))
	f.Add([]byte("\xff\xff\xff\xffx"))
	fuzzing.Fuzz(f, func(t *testing.T, raw []byte) {
		c, _, err := RawCells("a", "BYTES", raw, nil)
		if err != nil {
			require.Equal(t, BadInput, KindOf(err))
			return
		}
		var again []byte
		for _, text := range c.Texts {
			again = append(binary.LittleEndian.AppendUint32(again, uint32(len(text))), text...)
		}
		require.Equal(t, string(raw), string(again))
	})
}
