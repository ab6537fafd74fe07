package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
)

// Stream is a stream of days, by a name that is unlike that of others on a page.
type Stream struct {
	Name string
	Days []Day
}

// Day is what is recorded of a day, as JSON an object. What is absent or null was not measured. The figures of the test are
// those of the model of the evening before.
type Day struct {
	Day             string   `json:"day"`
	TestAUC         *float64 `json:"test_auc,omitempty"`
	TestLogLoss     *float64 `json:"test_logloss,omitempty"`
	TestCalibration *float64 `json:"test_calibration,omitempty"`
	Hours           []Hour   `json:"hours,omitempty"`
	// BestAUC is the best possible AUC of the day, where it is known; see synthetic.DriftDay.
	BestAUC      *float64 `json:"best_auc,omitempty"`
	RowsAlive    *float64 `json:"rows_alive,omitempty"`
	RowsNew      *float64 `json:"rows_new,omitempty"`
	RowsEvicted  *float64 `json:"rows_evicted,omitempty"`
	RowsReturned *float64 `json:"rows_returned,omitempty"`
	// UnknownShare is the share of the day's values that have no row in the evening before.
	UnknownShare *float64 `json:"unknown_share,omitempty"`
	// PSI is the population stability index by field; see drift.Figures.
	PSI         map[string]*float64 `json:"psi,omitempty"`
	MemoryBytes *float64            `json:"memory_bytes,omitempty"`
	Seconds     *float64            `json:"seconds,omitempty"`
}

// Hour has the figures of the test of the rows of an hour of the day.
type Hour struct {
	Hour            int      `json:"hour"` // from 0 to 23
	TestAUC         *float64 `json:"test_auc,omitempty"`
	TestLogLoss     *float64 `json:"test_logloss,omitempty"`
	TestCalibration *float64 `json:"test_calibration,omitempty"`
}

// ReadDays reads days, one JSON object a line. Members that a Day does not have are passed over. An error names the line.
func ReadDays(r io.Reader) ([]Day, error) {
	var days []Day
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<24)
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var d Day
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			return nil, fmt.Errorf("report: line %d of the days: %w", n, err)
		}
		days = append(days, d)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("report: days: %w", err)
	}
	return days, nil
}

// AddBest takes over the best possible AUC of days of the same name, such as those of a file best_auc.jsonl.
func (s *Stream) AddBest(best []Day) {
	byName := map[string]*float64{}
	for _, d := range best {
		byName[d.Day] = d.BestAUC
	}
	for i := range s.Days {
		if d := &s.Days[i]; d.BestAUC == nil {
			d.BestAUC = byName[d.Day]
		}
	}
}

// value is NaN for what was not measured.
func value(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}
