package stream

import (
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// Hour has the figures of the rows of an hour of the day, by the model of the day before.
type Hour struct {
	Hour            int      `json:"hour"` // of the day, from 0 to 23; in UTC unless the times name a zone
	Samples         int      `json:"samples"`
	Clicks          int      `json:"clicks"`
	TestAUC         *float64 `json:"test_auc,omitempty"`
	TestLogLoss     *float64 `json:"test_logloss,omitempty"`
	TestCalibration *float64 `json:"test_calibration,omitempty"`
}

// clock sorts predictions by the hour of their rows.
type clock struct {
	column string // of the times; "" if the schema has none
	times  schema.Times
	hours  [24]metrics.Predictions
}

func newClock(s *schema.Schema) *clock {
	c := &clock{}
	c.column, c.times.Layout = s.Time()
	return c
}

// columns are those that must be kept of each row.
func (c *clock) columns() []string {
	if c.column == "" {
		return nil
	}
	return []string{c.column}
}

// add adds the predictions of some rows, which keep their times. The times are those that the fields are derived from, so
// each of them can be read.
func (c *clock) add(rows *encode.Rows, logits []float32) error {
	for i, row := range rows.Kept {
		t, err := c.times.Parse(row[0])
		if err != nil {
			return err
		}
		h := &c.hours[t.Hour()]
		h.Logits, h.Labels = append(h.Logits, logits[i]), append(h.Labels, rows.Labels[i])
		if len(rows.Weights) > 0 {
			h.Weights = append(h.Weights, rows.Weights[i])
		}
	}
	return nil
}

// figures returns those of the hours that have rows.
func (c *clock) figures() []Hour {
	var list []Hour
	for hour, p := range c.hours {
		if len(p.Labels) == 0 {
			continue
		}
		h := Hour{Hour: hour, Samples: len(p.Labels)}
		for _, label := range p.Labels {
			h.Clicks += int(label)
		}
		f := metrics.Measure(p)
		h.TestAUC, h.TestLogLoss, h.TestCalibration = known(f.AUC()), known(f.LogLoss()), known(f.Calibration())
		list = append(list, h)
	}
	return list
}
