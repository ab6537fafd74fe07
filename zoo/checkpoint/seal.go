package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
)

// sealed is how JSON is kept: with the SHA-256 of its content in compact form, so that no change of
// a byte goes unnoticed.
type sealed struct {
	SHA256  string          `json:"sha256"`
	Content json.RawMessage `json:"content"`
}

// writeSealed writes content to a new file.
func writeSealed(path string, content any) error {
	compact, err := json.Marshal(content)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(sealed{Hash(compact), compact}, "", "  ")
	if err != nil {
		return err
	}
	_, err = writePart(path, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
	return err
}

// readSealed reads what writeSealed wrote.
func readSealed(path string, content any) error {
	text, err := safefile.Read(path, mostJSON)
	if err != nil {
		return err
	}
	if err := unseal(text, content); err != nil {
		return fmt.Errorf("%s is %w: %w", path, ErrDamaged, err)
	}
	return nil
}

func unseal(text []byte, content any) error {
	var s sealed
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, s.Content); err != nil {
		return err
	}
	if got := Hash(compact.Bytes()); got != s.SHA256 {
		return fmt.Errorf("its content has SHA-256 %s, not %.64s", got, s.SHA256)
	}
	return json.Unmarshal(s.Content, content)
}

// sealName is the array of sealed tensors that has the SHA-256 of the others: of names, types, shapes and bytes.
const sealName = "sha256"

// Seal adds the SHA-256 of all arrays, so that OpenTensors finds damage. It comes last, and the arrays are written twice.
func (t *Tensors) Seal() error {
	h := sha256.New()
	for _, a := range t.arrays {
		fmt.Fprintf(h, "%q %s %v\n", a.name, a.dtype, a.shape)
		if err := a.write(h); err != nil {
			return err
		}
	}
	Add(t, sealName, h.Sum(nil))
	return nil
}

// checkSeal compares what is mapped with its seal.
func (m *Mapped) checkSeal() error {
	seal := make([]byte, sha256.Size)
	if err := Read(m, sealName, seal); err != nil {
		return err
	}
	h := sha256.New()
	for _, t := range m.Tensors {
		if t.Name != sealName {
			fmt.Fprintf(h, "%q %s %v\n", t.Name, t.DType, t.Shape)
			h.Write(t.Data)
		}
	}
	if !bytes.Equal(h.Sum(nil), seal) {
		return m.Damaged("its arrays have another SHA-256 than its seal")
	}
	return nil
}

// Hash returns the SHA-256 of data in hexadecimal.
func Hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
