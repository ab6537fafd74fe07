package synthetic

import (
	"bytes"
	"context"
	"os"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/stretchr/testify/require"
)

func TestHexTextKeepsValuesApart(t *testing.T) {
	seen := map[string]bool{}
	for v := range int32(100_000) {
		text := string(hexText(nil, v))
		require.Len(t, text, 8)
		require.False(t, seen[text])
		seen[text] = true
	}
}

func TestGeneratorRefuses(t *testing.T) {
	_, err := Generator{Data: "criteo", Rows: 100}.WriteCSV(context.Background(), &bytes.Buffer{})
	require.ErrorIs(t, err, datasets.ErrUnknownData)
	require.ErrorContains(t, err, "known: lzd, avazu")
	_, err = Generator{Data: "lzd", Rows: 99}.WriteCSV(context.Background(), &bytes.Buffer{})
	require.ErrorContains(t, err, "rows must be at least 100, got 99")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Generator{Data: "lzd", Rows: 100}.WriteCSV(ctx, &bytes.Buffer{})
	require.ErrorIs(t, err, context.Canceled)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full")
	}
	defer full.Close()
	_, err = Generator{Data: "lzd", Rows: 100}.WriteCSV(context.Background(), full)
	require.ErrorContains(t, err, "no space left")
}
