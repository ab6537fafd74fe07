package npy

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAHeaderIsReadAsItWasWritten(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, WriteMatrix(&b, 1000, 16))
	require.Zero(t, b.Len()%64, "the values begin at a multiple of 64 bytes")
	b.WriteString("rest")
	h, err := Read(&b)
	require.NoError(t, err)
	require.Equal(t, "<f4", h.Type)
	require.False(t, h.Fortran)
	require.Equal(t, []int{1000, 16}, h.Shape)
	require.Equal(t, "rest", b.String(), "nothing behind the header is read")
}

func TestHeadersOfOthers(t *testing.T) {
	read := func(text string) (*Header, error) {
		return Read(strings.NewReader(Magic + string([]byte{byte(len(text)), 0}) + text))
	}
	h, err := read("{'descr': '|b1', 'fortran_order': True, 'shape': (7,), }  \n")
	require.NoError(t, err)
	require.True(t, h.Fortran)
	require.Equal(t, []int{7}, h.Shape)
	h, err = read("{'descr': '<f8', 'fortran_order': False, 'shape': (), }\n")
	require.NoError(t, err)
	require.Empty(t, h.Shape, "a single number")
	require.Contains(t, h.String(), "<f8")

	_, err = read("{'descr': [('x', '<f4')]}")
	require.ErrorContains(t, err, "its header is")
	_, err = read("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 2), }")
	require.ErrorContains(t, err, "out of range")
	_, err = Read(strings.NewReader(Magic + "\xff\xff{"))
	require.ErrorContains(t, err, "unexpected EOF")
}
