package bench

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/spf13/cobra"
)

// readRecord is what "zoo bench read --json" prints for each way to read.
type readRecord struct {
	Source        string  `json:"source"` // memory or row groups
	Rows          int     `json:"rows"`
	OpenSeconds   float64 `json:"open_seconds"`
	PassSeconds   float64 `json:"pass_seconds"`
	RowsPerSecond float64 `json:"rows_per_second"` // of the pass
}

// readOptions are the flags of "zoo bench read".
type readOptions struct {
	batch int
	json  bool
	logs  logReading
}

func newReadCommand(c *flags.Catalogs) *cobra.Command {
	var o readOptions
	cmd := &cobra.Command{
		Use:   "read [DIR]",
		Short: "Time a shuffled pass over prepared data, or the reading of a raw log",
		Long: `Time a shuffled pass over a folder of zoo prepare, from memory and by row group. Or, without a folder, turn
a raw log into ids, in memory and as zoo prepare does; with --duckdb also let DuckDB copy the same
delimited files to Parquet, on as many cores. They take turns, and the fastest round counts.

  zoo bench read avazu
  zoo bench read --data avazu --train train.csv --duckdb node_modules`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return o.rawLog(cmd)
			}
			return o.folder(cmd, args[0])
		},
	}
	f := cmd.Flags()
	o.logs.log = flags.AddLog(f, c, "", "known data set: "+c.Raw())
	f.IntVar(&o.batch, "batch-size", 1024, "samples in a batch of prepared data")
	f.IntVar(&o.logs.rounds, "rounds", 3, "rounds over a raw log")
	f.StringVar(&o.logs.nodeModules, "duckdb", "", "folder node_modules with @duckdb/node-api, for a comparison on a raw log")
	f.BoolVar(&o.json, "json", false, "print one JSON object for each source")
	return cmd
}

func (o *readOptions) rawLog(cmd *cobra.Command) error {
	if o.logs.log.Data == "" && o.logs.log.Schema == "" {
		return ui.Usagef("give the folder of a prepared data set, or a raw log by --data or --schema")
	}
	if err := o.logs.log.Check(); err != nil {
		return ui.Usage(err)
	}
	list, err := o.logs.run(cmd.Context())
	if err != nil {
		return err
	}
	return printLogRecords(cmd.OutOrStdout(), list, o.json)
}

// folder times passes over a folder of zoo prepare.
func (o *readOptions) folder(cmd *cobra.Command, dir string) error {
	for _, way := range []struct {
		source string
		memory int64
	}{{"memory", 1 << 50}, {"row groups", 64 << 20}} {
		r, err := timeReading(cmd, dir, way.memory, o.batch)
		if err != nil {
			return err
		}
		if r.Source = way.source; o.json {
			err = json.NewEncoder(cmd.OutOrStdout()).Encode(r)
		} else {
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%-10s  open %.2f s, a pass over %d rows %.2f s, %.0f rows/s\n",
				r.Source, r.OpenSeconds, r.Rows, r.PassSeconds, r.RowsPerSecond)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// timeReading opens the data and reads its training part once.
func timeReading(cmd *cobra.Command, dir string, memory int64, batchSize int) (*readRecord, error) {
	start := time.Now()
	set, err := prepared.Open(cmd.Context(), dir, prepared.Options{Memory: memory})
	if err != nil {
		return nil, err
	}
	r := &readRecord{OpenSeconds: time.Since(start).Seconds()}
	start = time.Now()
	for b, err := range set.Train.Batches(cmd.Context(), batchSize, rand.New(rand.NewPCG(1, 1))) {
		if err != nil {
			return nil, err
		}
		r.Rows += b.Rows
	}
	r.PassSeconds = time.Since(start).Seconds()
	r.RowsPerSecond = float64(r.Rows) / r.PassSeconds
	return r, nil
}
