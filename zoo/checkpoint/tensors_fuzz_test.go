package checkpoint

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/ctrzoo/ctrzoo/internal/fuzzing"
	"github.com/maruel/safetensors"
	"github.com/stretchr/testify/require"
)

// A file of tensors of any bytes is read or is an error; no header makes room for more than the file has.
func FuzzTensors(f *testing.F) {
	var t Tensors
	Add(&t, "a", []float32{1, 2, 3, 4}, 2, 2)
	Add(&t, "b/ends", []uint64{7})
	var valid bytes.Buffer
	require.NoError(f, t.Write(&valid))
	f.Add(valid.Bytes())
	header := []byte(`{"a":{"dtype":"F32","shape":[1099511627776,1099511627776],"data_offsets":[0,18446744073709551615]}}`)
	f.Add(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...))
	f.Add(binary.LittleEndian.AppendUint64(nil, 1<<63))
	fuzzing.Fuzz(f, func(t *testing.T, data []byte) {
		parsed, err := safetensors.Parse(data)
		if err != nil {
			return
		}
		m := &Mapped{File: parsed}
		for _, tensor := range m.Tensors {
			values, err := View[float32](m, tensor.Name)
			if err != nil {
				require.ErrorIs(t, err, ErrDamaged)
			}
			require.LessOrEqual(t, 4*len(values), len(data)+3)
		}
		_, _ = readVocabulary(m, "b")
	})
}
