package encode

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/internal/table"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/stretchr/testify/require"
)

const mixedSchema = `
label: y
weight: w
split: {by: random, test: 0.1}
fields:
- {name: item}
- {name: rare, min_count: 3}
- {name: price, kind: numeric, scale: log}
- {name: seen, kind: list, length: 3, separator: "|", shares: item}
- {name: bucket, column: item, hash: 50}
- {name: hour, column: time, derive: hour, layout: "2006-01-02 15:04:05"}
`

// mixedLog writes a log of two files in which about one line in 50 is bad, in one way or several.
func mixedLog(t *testing.T, rows int) (paths []string) {
	rng := rand.New(rand.NewPCG(1, 1))
	spoil := func(good, bad string) string {
		if rng.IntN(300) == 0 {
			return bad
		}
		return good
	}
	for file := range 2 {
		var text strings.Builder
		text.WriteString("y,item,rare,price,seen,time,w\n")
		for range rows {
			item := func() string { return fmt.Sprint("i", rng.IntN(40)*rng.IntN(40)) }
			line := []string{
				spoil(fmt.Sprint(rng.IntN(2)), "yes"), spoil(item(), "\xff"), fmt.Sprint(rng.IntN(rows)), spoil(fmt.Sprint(rng.IntN(1000)), "dear"),
				item() + "|" + item(), spoil(fmt.Sprintf("2026-01-01 %02d:00:00", rng.IntN(24)), "noon"), spoil("0.5", "-1"),
			}
			text.WriteString(spoil(strings.Join(line, ","), `"a,b"x`) + "\n")
		}
		paths = append(paths, filepath.Join(t.TempDir(), fmt.Sprintf("%d.csv", file)))
		require.NoError(t, os.WriteFile(paths[file], []byte(text.String()), 0o600))
	}
	return paths
}

// byRows reads a log record by record, as batches to predict are read.
func byRows(t *testing.T, in Input) (chunk, []string) {
	l, err := in.logs(t.Context())
	require.NoError(t, err)
	e := newGrowing(in.Schema, in.Options)
	var c chunk
	var bad []string
	for record, err := range l.Train(t.Context(), e.columns, nil) {
		if err == nil {
			err = e.encode(record, &c)
		}
		if err != nil {
			bad = append(bad, err.Error())
		}
	}
	return c, bad
}

func TestColumnsAreEncodedAsRowsAreOnAnyNumberOfCores(t *testing.T) {
	described, err := schema.Parse([]byte(mixedSchema))
	require.NoError(t, err)
	const rows = 2*table.MostRows + 100
	in := Input{Schema: described, Files: rawlog.Files{Train: mixedLog(t, rows)}}
	want, wrong := byRows(t, in)
	require.Greater(t, len(wrong), rows/100)
	for _, cores := range []int{1, 2, 5} {
		was := runtime.GOMAXPROCS(cores)
		defer runtime.GOMAXPROCS(was)
		var bad []string
		in.Options.SkipBadLines, in.Options.OnSkip = rows, func(err error) { bad = append(bad, err.Error()) }
		spool := &MemorySpool{}
		e, err := Encode(t.Context(), in, spool)
		require.NoError(t, err)
		require.Equal(t, wrong, bad)
		var all chunk
		for _, c := range spool.chunks {
			all.numbers, all.labels = append(all.numbers, c.numbers...), append(all.labels, c.labels...)
			all.keys, all.weights = append(all.keys, c.keys...), append(all.weights, c.weights...)
		}
		require.Equal(t, want.numbers, all.numbers)
		require.Equal(t, want.labels, all.labels)
		require.Equal(t, want.keys, all.keys)
		require.Equal(t, want.weights, all.weights)
		requireFirstOccurrences(t, e, want)

		// The first line that is not left out ends it.
		in.Options.SkipBadLines, in.Options.OnSkip = 7, nil
		_, err = Encode(t.Context(), in, &MemorySpool{})
		require.EqualError(t, err, wrong[7]+" (after 7 bad lines that were left out)")
	}
}

// requireFirstOccurrences requires that values are numbered by their first occurrence among the good rows of the training part.
func requireFirstOccurrences(t *testing.T, e *Encoded, rows chunk) {
	x := e.Encoding()
	for field, minCount := range []int{1, 3} {
		f := &e.encoder.fields[field]
		counts, order := map[int32]int{}, []int32{}
		for row, key := range rows.keys {
			if key != int64(datasets.TrainPart) {
				continue
			}
			for _, place := range [][]int{{0, 2, 3, 4}, {1}}[field] {
				id := rows.ids[row*e.encoder.idColumns+place]
				if id == datasets.Absent {
					continue
				}
				if counts[id]++; counts[id] == 1 {
					order = append(order, id)
				}
			}
		}
		kept := 1
		for _, id := range order {
			if counts[id] >= minCount {
				require.Equal(t, counts[id], x.Vocabularies[field].Count(int32(kept)), "%s: value %d", f.Name, kept)
				kept++
			}
		}
		require.Equal(t, kept, x.Vocabularies[field].Len())
	}
}
