package ui

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/ctrzoo/ctrzoo/zoo/stream"
)

// Days prints what is known of the days of a stream: a line of a table for people, a JSON object for scripts.
type Days struct {
	out     io.Writer
	json    bool
	columns []column[stream.Record] // nil before the first day
}

// NewDays begins a table of days where a reporter prints.
func NewDays(r *Reporter) *Days { return &Days{out: r.out, json: r.json} }

// Add prints a day.
func (d *Days) Add(r *stream.Record) error {
	if d.json {
		return json.NewEncoder(d.out).Encode(r)
	}
	if d.columns == nil {
		d.columns = fit(dayColumns(), dayWidth, widthOf(d.out))
		fmt.Fprintln(d.out, row(fmt.Sprintf("%-*s", dayWidth, "day"), d.columns, nil))
	}
	_, err := fmt.Fprintln(d.out, row(fmt.Sprintf("%-*s", dayWidth, r.Day), d.columns, r))
	return err
}

const dayWidth = 12

// dayColumns are those of the table of days.
func dayColumns() []column[stream.Record] {
	count := func(heading string, width, spare int, of func(stream.Record) int) column[stream.Record] {
		return column[stream.Record]{heading, width, spare, func(r stream.Record) string { return strconv.Itoa(of(r)) }}
	}
	figure := func(heading string, spare, decimals int, of func(stream.Record) *float64) column[stream.Record] {
		return column[stream.Record]{heading, max(8, len(heading)), spare, func(r stream.Record) string { return orDash(of(r), decimals) }}
	}
	return []column[stream.Record]{
		count("samples", 9, otherFigure, func(r stream.Record) int { return r.Samples }),
		figure("test AUC", needed, 4, func(r stream.Record) *float64 { return r.TestAUC }),
		figure("log loss", needed, 4, func(r stream.Record) *float64 { return r.TestLogLoss }),
		figure("calibration", otherFigure, 3, func(r stream.Record) *float64 { return r.TestCalibration }),
		count("alive", 9, otherFigure, func(r stream.Record) int { return r.RowsAlive }),
		count("new", 8, extra, func(r stream.Record) int { return r.RowsNew }),
		count("evicted", 8, extra, func(r stream.Record) int { return r.RowsEvicted }),
		count("returned", 8, extra, func(r stream.Record) int { return r.RowsReturned }),
		figure("unknown", extra, 4, func(r stream.Record) *float64 { return r.UnknownShare }),
		{"MB", 6, speed, func(r stream.Record) string { return decimals(float64(r.MemoryBytes)/1e6, 1) }},
		{"seconds", 7, speed, func(r stream.Record) string { return decimals(r.Seconds, 1) }},
	}
}

// orDash writes a figure, or a dash if it does not exist.
func orDash(v *float64, decimals int) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.*f", decimals, *v)
}
