package known

import (
	"context"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/stretchr/testify/require"
)

func TestOpen(t *testing.T) {
	_, err := All().Open(context.Background(), "criteo", rawlog.Files{}, encode.Options{})
	require.ErrorIs(t, err, datasets.ErrUnknownData)
	require.ErrorContains(t, err, `"criteo"; known: synthetic, avazu`)
}

// The counts are those of the sample's README: 9,999 lines of data in two files, of which the
// second has no header.
func TestAvazuSample(t *testing.T) {
	set, err := All().Open(context.Background(), "avazu", rawlog.Files{
		Train: []string{testlog.Sample(t, "avazu/train_9000.csv.gz")}, Test: []string{testlog.Sample(t, "avazu/test_1000.csv.gz")},
	}, encode.Options{})
	require.NoError(t, err)
	require.Equal(t, 8999, set.Train.Len())
	require.Equal(t, 1000, set.Test.Len())
	require.Len(t, set.Train.Fields(), 24)
}
