package known

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testset"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"
)

func generate(t *testing.T, g synthetic.Generator) (text string, best float64) {
	t.Helper()
	var b bytes.Buffer
	best, err := g.WriteCSV(context.Background(), &b)
	require.NoError(t, err)
	return b.String(), best
}

// A tenth of the rows is of the last day, the test part.
func TestGeneratedLogsAreReadByTheirLoaders(t *testing.T) {
	for data, fields := range map[string]int{"lzd": 11, "avazu": 24} {
		text, best := generate(t, synthetic.Generator{Data: data, Rows: 5000, Seed: 3})
		set, err := All().Open(t.Context(), data, rawlog.Files{Train: []string{testlog.Write(t, "log.csv.gz", text)}}, encode.Options{})
		require.NoError(t, err)
		require.Equal(t, 4500, set.Train.Len())
		require.Equal(t, 500, set.Test.Len())
		require.Len(t, set.Train.Fields(), fields)
		require.InDelta(t, 0.8, best, 0.1)
		require.InDelta(t, 0.17, float64(testset.Positives(t, set.Train))/4500, 0.08)

		again, _ := generate(t, synthetic.Generator{Data: data, Rows: 5000, Seed: 3})
		require.True(t, text == again, "the same seed gives the same bytes")
		other, _ := generate(t, synthetic.Generator{Data: data, Rows: 5000, Seed: 4})
		require.False(t, text == other)
	}
}

func TestGeneratedValuesHaveLongTails(t *testing.T) {
	text, _ := generate(t, synthetic.Generator{Data: "lzd", Rows: 20_000})
	set, err := All().Open(t.Context(), "lzd", rawlog.Files{Train: []string{testlog.Write(t, "log.csv", text)}}, encode.Options{})
	require.NoError(t, err)
	user, once := set.Encoding.Vocabularies[0], 0
	for id := 1; id < user.Len(); id++ {
		if user.Count(int32(id)) == 1 {
			once++
		}
	}
	require.Greater(t, float64(once)/float64(user.Len()), 0.8, "the share of users that occur once")
	sellers := map[string]string{}
	for line := range strings.Lines(text[strings.Index(text, "\n")+1:]) {
		cells := strings.Split(line, ",")
		if known, is := sellers[cells[4]]; is {
			require.Equal(t, known, cells[5], "an item has one seller")
		}
		sellers[cells[4]] = cells[5]
	}
}

// A log of LZD's shape may be Parquet, with a timestamp for the time.
func TestLZDReadsParquet(t *testing.T) {
	names := map[string]parquet.Node{"click": parquet.Int(32), "time": parquet.Timestamp(parquet.Millisecond)}
	for _, name := range strings.Fields("user query item seller brand category price position device") {
		names[name] = parquet.Int(64)
	}
	schema := parquet.NewSchema("log", parquet.Group(names))
	var file bytes.Buffer
	w := parquet.NewGenericWriter[map[string]any](&file, schema)
	start := time.Date(2025, 3, 1, 22, 0, 0, 0, time.UTC)
	for i := range int64(4) {
		sample := map[string]any{"click": int32(i % 2), "time": start.Add(time.Duration(i) * time.Hour).UnixMilli()}
		for name := range names {
			if sample[name] == nil {
				sample[name] = 1<<53 + i
			}
		}
		_, err := w.Write([]map[string]any{sample})
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	set, err := All().Open(t.Context(), "lzd", rawlog.Files{Train: []string{testlog.Write(t, "log.parquet", file.String())}}, encode.Options{})
	require.NoError(t, err)
	require.Equal(t, 2, set.Train.Len(), "of the first day")
	require.Equal(t, 2, set.Test.Len())
	require.Equal(t, "9007199254740993", set.Encoding.Vocabularies[2].Value(2))
	require.Equal(t, "22", set.Encoding.Vocabularies[9].Value(1))
}
