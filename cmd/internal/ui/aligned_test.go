package ui

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const twoTables = "\nfield\trows\tseen once\t\nuser\t4945\t0.1 %\t\nsite\t\t-\t\n\nnorms by frequency:\trarest\t\tmost frequent\t\nuser\t0.03\t0.04\t0.05\t\n\nno more fields than these two\n"

func TestATableIsAligned(t *testing.T) {
	var out strings.Builder
	a := NewAligned(&out)
	_, err := io.WriteString(a, twoTables)
	require.NoError(t, err)
	require.NoError(t, a.Flush())
	require.Equal(t, `
  field  rows  seen once
   user  4945      0.1 %
   site                -

  norms by frequency:  rarest        most frequent
                 user    0.03  0.04           0.05

no more fields than these two
`, out.String())
}

func TestATableThatIsTooWideBecomesParagraphs(t *testing.T) {
	var out strings.Builder
	a := NewAligned(&out)
	a.width = 26
	_, err := io.WriteString(a, twoTables)
	require.NoError(t, err)
	require.NoError(t, a.Flush())
	require.Equal(t, `
  field  rows  seen once
   user  4945      0.1 %
   site                -

norms by frequency:
user, rarest 0.03, 0.04,
  most frequent 0.05

no more fields than these
  two
`, out.String())
}
