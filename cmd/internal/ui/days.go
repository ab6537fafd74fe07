package ui

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/ctrzoo/ctrzoo/zoo/stream"
)

// Days prints what is known of the days of a stream: a line of a table for people, a JSON object for scripts.
type Days struct {
	out   io.Writer
	json  bool
	lines int
}

// NewDays begins a table of days where a reporter prints.
func NewDays(r *Reporter) *Days { return &Days{out: r.out, json: r.json} }

// Add prints a day.
func (d *Days) Add(r *stream.Record) error {
	if d.json {
		return json.NewEncoder(d.out).Encode(r)
	}
	if d.lines == 0 {
		fmt.Fprintf(d.out, "%-12s %9s  %8s  %8s  %11s  %9s  %8s  %8s  %8s  %8s  %6s  %7s\n",
			"day", "samples", "test AUC", "log loss", "calibration", "alive", "new", "evicted", "returned", "unknown", "MB", "seconds")
	}
	d.lines++
	_, err := fmt.Fprintf(d.out, "%-12s %9d  %8s  %8s  %11s  %9d  %8d  %8d  %8d  %8s  %6.1f  %7.1f\n",
		r.Day, r.Samples, orDash(r.TestAUC, 4), orDash(r.TestLogLoss, 4), orDash(r.TestCalibration, 3),
		r.RowsAlive, r.RowsNew, r.RowsEvicted, r.RowsReturned, orDash(r.UnknownShare, 4), float64(r.MemoryBytes)/1e6, r.Seconds)
	return err
}

// orDash writes a figure, or a dash if it does not exist.
func orDash(v *float64, decimals int) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.*f", decimals, *v)
}
