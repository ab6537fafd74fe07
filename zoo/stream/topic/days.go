package topic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/kafka"
	"github.com/ctrzoo/ctrzoo/datasets/periods"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/zoo/stream"
)

// ErrFormat is wrapped by the error of a format that records cannot have, of which each is a line of its own.
var ErrFormat = errors.New("records of a topic are JSON lines, libsvm, or CSV or TSV whose schema names the columns")

// Days are the days of a topic. Each is fetched to a file when it is over, so that it can be read twice. Where it begins and ends
// is decided once, and kept before it is fetched: a stream that is stopped or killed goes on with the same rows.
type Days struct {
	kafka.Source
	Format rawlog.Format // of the records, see ErrFormat; default JSON lines
	// Length of a day, whole seconds; default 24h. Days are counted in UTC.
	Length time.Duration
	// Folder keeps the rows of a day until it is done, required; see stream.Stream.Incoming. Nothing else may be in it.
	Folder string
	// Delay is for how long records of a day may be late: so long after its end it is closed. What comes later belongs to the
	// next day. Default 0.
	Delay time.Duration
	// Follow waits for days that are not over, for ever. Default: the days end with the last one that is closed.
	Follow bool
	// OnWait, if not nil, is called with what is waited for, or left for another time.
	OnWait func(what string)
}

// origin is where a day comes from, as its record has it.
type origin struct {
	From  time.Time      `json:"from"`
	To    time.Time      `json:"to"`
	Begin kafka.Position `json:"begin"`
	End   kafka.Position `json:"end"`
}

// After yields the days after one that is done, whose record has an Origin; after nil, all that the brokers have. A day without
// records is none. After an error nothing follows; it names the day.
func (d Days) After(ctx context.Context, done json.RawMessage) iter.Seq2[stream.Day, error] {
	return func(yield func(stream.Day, error) bool) {
		if err := d.after(ctx, done, yield); err != nil {
			yield(stream.Day{}, err)
		}
	}
}

func (d *Days) after(ctx context.Context, done json.RawMessage, yield func(stream.Day, error) bool) error {
	if d.Length == 0 {
		d.Length = 24 * time.Hour
	}
	if err := d.check(); err != nil {
		return err
	}
	last, err := d.begin(ctx, done)
	if err != nil {
		return err
	}
	for {
		next, err := d.next(ctx, last)
		if next == nil || err != nil {
			return err
		}
		rows, err := d.fetch(ctx, next)
		if err != nil {
			return fmt.Errorf("zoo: day %s: %w", d.name(next), err)
		}
		if rows == 0 { // only marks of transactions, or records without a value
			last.To = next.To
			continue
		}
		text, err := json.Marshal(next)
		if err != nil {
			return err
		}
		if !yield(stream.Day{Name: d.name(next), Files: []string{d.file(next)}, Origin: text}, nil) {
			return nil
		}
		last = next
	}
}

// check returns an error if the days cannot be days of a stream.
func (d *Days) check() error {
	switch {
	case d.Length < time.Second || d.Length%time.Second != 0:
		return fmt.Errorf("zoo: topic %q: a day must be whole seconds, at least one, got %v", d.Topic, d.Length)
	case d.Format.Name == "parquet", (d.Format.Name == "csv" || d.Format.Name == "tsv") && d.Format.Columns == nil:
		return fmt.Errorf("zoo: topic %q: %w; got %s", d.Topic, ErrFormat, d.Format.Name)
	}
	return nil
}

// begin returns the day after which the days go on: the one that is done, or an empty one before all records.
func (d *Days) begin(ctx context.Context, done json.RawMessage) (*origin, error) {
	last := &origin{}
	if done != nil {
		err := json.Unmarshal(done, last)
		if err == nil && last.End.Topic != d.Topic {
			err = fmt.Errorf("%w: it is of the topic %q", kafka.ErrPosition, last.End.Topic)
		}
		if err != nil {
			return nil, fmt.Errorf("zoo: topic %q: the latest day of the stream: %w", d.Topic, err)
		}
		return last, nil
	}
	kept, err := d.read()
	if err != nil {
		return nil, err
	}
	if kept != nil && kept.Begin.Topic == d.Topic {
		last.To, last.End = kept.From, kept.Begin
		return last, nil
	}
	var first time.Time
	if last.End, first, err = d.Next(ctx, time.Unix(0, 0)); err != nil {
		return nil, err
	}
	last.To = d.dayOf(first)
	return last, nil
}

// dayOf returns when the day of a record begins, or, if there is no record, of which the time is zero, and if its time lies in the
// future, the day that is closed next.
func (d *Days) dayOf(record time.Time) time.Time {
	if now := time.Now(); record.IsZero() || record.After(now) {
		record = now.Add(-d.Delay)
	}
	return record.UTC().Truncate(d.Length)
}

func (d *Days) name(o *origin) string { return periods.Name(o.From, d.Length) }

// next decides where the next day begins and ends. It is nil if the day is not over, and nobody waits for it.
func (d *Days) next(ctx context.Context, last *origin) (*origin, error) {
	kept, err := d.read()
	if err != nil {
		return nil, err
	}
	if kept != nil && reflect.DeepEqual(kept.Begin, last.End) && !kept.From.Before(last.To) {
		return kept, nil
	}
	for from := last.To; ; {
		o := &origin{From: from, To: from.Add(d.Length), Begin: last.End}
		if over, err := d.isOver(ctx, o); !over || err != nil {
			return nil, err
		}
		if o.End, err = d.Close(ctx, o.Begin, o.To); err != nil {
			return nil, fmt.Errorf("zoo: day %s: %w", d.name(o), err)
		}
		if o.End.IsAfter(o.Begin) {
			return o, d.keep(o)
		}
		_, first, err := d.Next(ctx, o.To)
		if err != nil {
			return nil, fmt.Errorf("zoo: day %s: %w", d.name(o), err)
		}
		if from = d.dayOf(first); from.Before(o.To) { // days had another length before
			from = o.To
		}
	}
}

// isOver reports whether a day is closed. If it is not, it waits for that, or says that the day is left for another time.
func (d *Days) isOver(ctx context.Context, o *origin) (bool, error) {
	closed := o.To.Add(d.Delay)
	left := time.Until(closed)
	if left <= 0 {
		return true, nil
	}
	what := fmt.Sprintf("day %s is closed at %s", d.name(o), closed.Format(time.RFC3339))
	if !d.Follow {
		d.say("left for another time: " + what)
		return false, nil
	}
	d.say("waiting: " + what)
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case <-timer.C:
		return true, nil
	}
}

func (d *Days) say(what string) {
	if d.OnWait != nil {
		d.OnWait(what)
	}
}
