package report

import (
	"fmt"
	"math"
)

// lastDays is the number of days at the end that a summary has figures of.
const lastDays = 7

// row is a line of a table.
type row struct {
	Name  string
	Cells []string
}

// summarize returns the line of a stream in the table of all.
func summarize(s *Stream) row {
	last := s.Days[max(0, len(s.Days)-lastDays):]
	cells := []string{
		fmt.Sprint(len(s.Days)), number("%.4f", mean(s.Days, auc.of)), number("%.4f", mean(last, auc.of)),
		number("%.4f", mean(last, auc.best)),
		number("%.4f", mean(last, func(d *Day) float64 { return value(d.TestLogLoss) })), "", "",
	}
	if len(last) > 0 {
		end := &last[len(last)-1]
		cells[5], cells[6] = number("%.0f", value(end.RowsAlive)), number("%.1f", value(end.MemoryBytes)/1e6)
	}
	return row{s.Name, cells}
}

// describe returns the line of a day.
func describe(d *Day) row {
	return row{d.Day, []string{
		number("%.4f", value(d.TestAUC)), number("%.4f", value(d.BestAUC)), number("%.4f", value(d.TestLogLoss)), number("%.3f", value(d.TestCalibration)),
		number("%.0f", value(d.RowsAlive)), number("%.0f", value(d.RowsNew)), number("%.0f", value(d.RowsEvicted)), number("%.0f", value(d.RowsReturned)),
		number("%.2f %%", 100*value(d.UnknownShare)), highestPSI(d), number("%.1f", value(d.MemoryBytes)/1e6), number("%.1f", value(d.Seconds)),
	}}
}

// mean is that of the days that have a value; NaN if none has.
func mean(days []Day, of func(*Day) float64) float64 {
	sum, n := 0.0, 0
	for i := range days {
		if v := of(&days[i]); !math.IsNaN(v) {
			sum, n = sum+v, n+1
		}
	}
	return sum / float64(n) // 0/0 is NaN
}

// number is "" for what was not measured.
func number(format string, v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return fmt.Sprintf(format, v)
}

// highestPSI names the field with the highest population stability index of a day.
func highestPSI(d *Day) string {
	fields := highest([]Day{*d})
	if len(fields) == 0 {
		return ""
	}
	return fmt.Sprintf("%s %.3f", fields[0], *d.PSI[fields[0]])
}
