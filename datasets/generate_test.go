package datasets

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"
)

func generate(t *testing.T, g Generator) (text string, best float64) {
	t.Helper()
	var b bytes.Buffer
	best, err := g.WriteCSV(context.Background(), &b)
	require.NoError(t, err)
	return b.String(), best
}

// A tenth of the rows is of the last day, the test part.
func TestGeneratedLogsAreReadByTheirLoaders(t *testing.T) {
	for data, fields := range map[string]int{"lzd": 11, "avazu": 24} {
		text, best := generate(t, Generator{Data: data, Rows: 5000, Seed: 3})
		set, err := Input{Data: data, Files: Files{Train: []string{write(t, "log.csv.gz", text)}}}.Read(context.Background())
		require.NoError(t, err)
		require.Equal(t, 4500, set.Train.Len())
		require.Equal(t, 500, set.Test.Len())
		require.Len(t, set.Train.Fields(), fields)
		require.InDelta(t, 0.8, best, 0.1)
		require.InDelta(t, 0.17, float64(positives(t, set.Train))/4500, 0.08)

		again, _ := generate(t, Generator{Data: data, Rows: 5000, Seed: 3})
		require.True(t, text == again, "the same seed gives the same bytes")
		other, _ := generate(t, Generator{Data: data, Rows: 5000, Seed: 4})
		require.False(t, text == other)
	}
}

func TestGeneratedValuesHaveLongTails(t *testing.T) {
	text, _ := generate(t, Generator{Data: "lzd", Rows: 20_000})
	set, err := Input{Data: "lzd", Files: Files{Train: []string{write(t, "log.csv", text)}}}.Read(context.Background())
	require.NoError(t, err)
	user, once := set.Vocabularies[0], 0
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
	require.ErrorIs(t, err, ErrUnknownData)
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
	set, err := Input{Data: "lzd", Files: Files{Train: []string{write(t, "log.parquet", file.String())}}}.Read(context.Background())
	require.NoError(t, err)
	require.Equal(t, 2, set.Train.Len(), "of the first day")
	require.Equal(t, 2, set.Test.Len())
	require.Equal(t, "9007199254740993", set.Vocabularies[2].Value(2))
	require.Equal(t, "22", set.Vocabularies[9].Value(1))
}
