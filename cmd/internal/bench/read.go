package bench

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

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

func newReadCommand() *cobra.Command {
	var asJSON bool
	var batchSize int
	cmd := &cobra.Command{
		Use:   "read DIR",
		Short: "Time a shuffled pass over prepared data, from memory and by row group",
		Args:  ui.OneArgument("the folder of a prepared data set"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if batchSize < 1 {
				return ui.Usagef("--batch-size must be at least 1, got %d", batchSize)
			}
			for _, way := range []struct {
				source string
				memory int64
			}{{"memory", 1 << 50}, {"row groups", 64 << 20}} {
				r, err := timeReading(cmd, args[0], way.memory, batchSize)
				if err != nil {
					return err
				}
				if r.Source = way.source; asJSON {
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
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object for each source")
	cmd.Flags().IntVar(&batchSize, "batch-size", 1024, "samples in a batch")
	return cmd
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
