package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/zoo/bench"
)

// logReading times ways to read a raw log.
type logReading struct {
	log         *flags.Log
	rounds      int
	nodeModules string // with DuckDB; "": it is left out
}

// logRecord is what "zoo bench read --json" prints for each way to read a raw log.
type logRecord struct {
	Way        string  `json:"way"`
	Rows       int     `json:"rows,omitempty"` // 0: it does not count them
	Seconds    float64 `json:"seconds"`
	CPUSeconds float64 `json:"cpu_seconds"`
}

// The ways to read a raw log.
const (
	inMemory  = "to ids in memory"
	toParquet = "to ids in Parquet" // as zoo prepare does
)

// run times all ways in turns, and returns the fastest round of each.
func (l logReading) run(ctx context.Context) ([]logRecord, error) {
	dir, err := os.MkdirTemp("", "zoo-bench-read-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	ways := []func(context.Context, string) (logRecord, error){l.encode, l.prepare}
	if l.nodeModules != "" {
		ways = append(ways, l.duckDB)
	}
	best := make([]logRecord, len(ways))
	for round := range l.rounds {
		for i, way := range ways {
			r, err := way(ctx, filepath.Join(dir, fmt.Sprintf("%d-%d", round, i)))
			if err != nil {
				return nil, err
			}
			if round == 0 || r.Seconds < best[i].Seconds {
				best[i] = r
			}
		}
	}
	return best, nil
}

// timed calls read, which returns the number of rows.
func timed(way string, read func() (int, error)) (logRecord, error) {
	start, cpu := time.Now(), bench.CPUTime()
	rows, err := read()
	return logRecord{way, rows, time.Since(start).Seconds(), (bench.CPUTime() - cpu).Seconds()}, err
}

func (l logReading) encode(ctx context.Context, _ string) (logRecord, error) {
	in, err := l.log.Input(1, ui.NewReporter(io.Discard, io.Discard, true))
	if err != nil {
		return logRecord{}, err
	}
	return timed(inMemory, func() (int, error) {
		set, err := in.Open(ctx)
		if err != nil {
			return 0, err
		}
		rows := 0
		for _, part := range []datasets.Source{set.Train, set.Valid, set.Test} {
			if part != nil {
				rows += part.Len()
			}
		}
		return rows, nil
	})
}

func (l logReading) prepare(ctx context.Context, out string) (logRecord, error) {
	in, err := l.log.Input(1, ui.NewReporter(io.Discard, io.Discard, true))
	if err != nil {
		return logRecord{}, err
	}
	return timed(toParquet, func() (rows int, err error) {
		m, err := prepared.Write(ctx, out, in)
		if err == nil {
			for _, p := range m.Parts {
				rows += p.Rows
			}
		}
		return rows, err
	})
}

// printLogRecords prints the ways, with their ratios to DuckDB, the last one, if it was there.
func printLogRecords(out io.Writer, list []logRecord, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(out)
		for _, r := range list {
			if err := encoder.Encode(r); err != nil {
				return err
			}
		}
		return nil
	}
	w := ui.NewAligned(out)
	fmt.Fprint(w, "log\tseconds\tCPU seconds\trows/s\t")
	peer := list[len(list)-1]
	if peer.Rows == 0 {
		fmt.Fprint(w, "of DuckDB's time\t")
	}
	fmt.Fprintln(w)
	for _, r := range list {
		fmt.Fprintf(w, "%s\t%.2f\t%.2f\t%.0f\t", r.Way, r.Seconds, r.CPUSeconds, float64(list[0].Rows)/r.Seconds)
		if peer.Rows == 0 {
			fmt.Fprintf(w, "%.2f\t", r.Seconds/peer.Seconds)
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}
