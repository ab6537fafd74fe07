package testrun

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// ReadNumbers reads a file of little-endian numbers of four bytes.
func ReadNumbers[T any](t testing.TB, path string) []T {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	list := make([]T, len(text)/4)
	require.NoError(t, binary.Read(bytes.NewReader(text), binary.LittleEndian, list))
	return list
}
