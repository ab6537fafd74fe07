package feed

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/periods"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/zoo/stream"
)

// Periods are days that are the periods of a log. A day can be trained until the next one is asked for.
type Periods struct {
	periods.Cut
	// Unfinished says that more of the log will come: the last period is left for another time. Default: it is a day.
	Unfinished bool
}

// origin is where a period comes from, as the record of its day has it.
type origin struct {
	Column string    `json:"column"` // of the times
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Rows   int       `json:"rows"`
	SHA256 string    `json:"sha256"` // of the rows
}

// Days yields the days that have rows, in their order. The errors are those of periods.Cut.All, and a rawlog.ErrEmpty if there is no day and
// none will come.
func (p Periods) Days(ctx context.Context) iter.Seq2[stream.Day, error] {
	return func(yield func(stream.Day, error) bool) {
		empty := !p.Unfinished
		for period, err := range p.All(ctx) {
			var d stream.Day
			empty = false
			if err == nil && period.Last && p.Unfinished {
				return
			}
			if err == nil {
				d, err = p.day(period)
			}
			if !yield(d, err) || err != nil {
				return
			}
		}
		if empty {
			yield(stream.Day{}, fmt.Errorf("zoo: %w in the log", rawlog.ErrEmpty))
		}
	}
}

func (p *Periods) day(period *periods.Period) (stream.Day, error) {
	text, err := json.Marshal(origin{p.Time, period.Start, period.End, period.Rows, period.Hash})
	return stream.Day{Name: period.Name(), Log: period.Log(), Origin: text}, err
}
