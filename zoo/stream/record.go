package stream

import (
	"encoding/json"
	"math"

	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// Record is what is known of a day.
type Record struct {
	Day     string `json:"day"`
	Samples int    `json:"samples"`
	Steps   int    `json:"steps"` // of the stream so far
	// The figures of the model of the day before on this day, from before this day was trained; absent on the first day, and
	// where one does not exist.
	TestAUC         *float64 `json:"test_auc,omitempty"`
	TestLogLoss     *float64 `json:"test_logloss,omitempty"`
	TestCalibration *float64 `json:"test_calibration,omitempty"`
	Hours           []Hour   `json:"hours,omitempty"` // the same by hour, if a field of the schema is derived from a time
	TrainLoss       float64  `json:"train_loss"`      // mean of the batches' log losses, each before its step
	// Rows of tables over all fields: alive after the day, new on it, evicted before it, those of the evicted that left by
	// Options.EvictIdle only, and, of the new ones, those whose values were evicted within the last days.
	RowsAlive       int `json:"rows_alive"`
	RowsNew         int `json:"rows_new"`
	RowsEvicted     int `json:"rows_evicted"`
	RowsEvictedIdle int `json:"rows_evicted_idle,omitempty"`
	RowsReturned    int `json:"rows_returned"`
	// UnknownShare is the share of the day's values that the model of the day before does not know; PSI the population
	// stability index against the last seven days, see package drift.
	UnknownShare   *float64           `json:"unknown_share,omitempty"`
	UnknownByField map[string]float64 `json:"unknown_by_field,omitempty"`
	PSI            map[string]float64 `json:"psi,omitempty"`
	MemoryBytes    int64              `json:"memory_bytes"` // of weights, state and vocabulary
	// Where the day comes from: its files, or the Origin of the Day.
	Files   []File          `json:"files,omitempty"`
	Origin  json.RawMessage `json:"origin,omitempty"`
	Seconds float64         `json:"seconds"`
}

// setTest takes over figures.
func (r *Record) setTest(f metrics.Figures) {
	r.TestAUC, r.TestLogLoss, r.TestCalibration = known(f.AUC()), known(f.LogLoss()), known(f.Calibration())
}

// known returns a pointer to v; nil if it is not finite.
func known(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
