package periods

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// What the errors of cutting a log wrap.
var (
	ErrOrder = errors.New("the rows must be in the order of their periods")
	ErrSpool = errors.New("the rows that were kept of the period are damaged")
)

// Cut says how a log is cut. All fields but SkipBadLines are required.
type Cut struct {
	Log     rawlog.Log
	Columns []rawlog.Column // that the rows of a period have; the label first, by which a log finds its header
	Time    string          // the column of the times
	Layout  string          // of the times, as that of a schema.Field
	// Length of a period, at least a second. Periods are counted in UTC: those of 24h begin at midnight, those of 168h on
	// Mondays.
	Length time.Duration
	// Spool is the path of the file that keeps the rows of a period. It is overwritten, and removed at the end.
	Spool string
	// SkipBadLines is how many lines of a period may be bad. They are passed on with its rows; one more ends the log.
	SkipBadLines int
}

// Period is the rows of a log between two times.
type Period struct {
	Start, End time.Time // the first is in it, the second is not
	Rows       int
	Hash       string // of all that the rows have
	Last       bool   // the log ends with it; if the log is still written to, more of its rows may come

	name  string
	spool *spool
}

// Name is the beginning of the period, as long as the length of the periods needs: 2026-01-31, 2026-01-31T05, 2026-01-31T0530.
func (p *Period) Name() string { return p.name }

// Log is the log of the rows, which can be read until the next period is asked for. Its errors have the places of the rows in
// the log that was cut.
func (p *Period) Log() rawlog.Log { return p.spool.log }

// Name returns the name of the period of a length that begins at a time.
func Name(start time.Time, length time.Duration) string {
	layout := "2006-01-02T150405"
	switch {
	case length%(24*time.Hour) == 0:
		layout = time.DateOnly
	case length%time.Hour == 0:
		layout = "2006-01-02T15"
	case length%time.Minute == 0:
		layout = "2006-01-02T1504"
	}
	return start.UTC().Format(layout)
}

// check returns an error if the log cannot be cut so.
func (c *Cut) check() error {
	switch {
	case c.Log == nil || len(c.Columns) == 0 || c.Time == "" || c.Layout == "" || c.Spool == "":
		return errors.New("datasets: periods: log, columns, time, layout and spool are required")
	case c.Length < time.Second || c.Length%time.Second != 0:
		return fmt.Errorf("datasets: periods: the length must be whole seconds, at least one, got %v", c.Length)
	}
	return nil
}

// All yields the periods that have rows, in their order. A row whose period has passed is an error that wraps ErrOrder. After an
// error nothing follows.
func (c Cut) All(ctx context.Context) iter.Seq2[*Period, error] {
	return func(yield func(*Period, error) bool) {
		if err := c.all(ctx, yield); err != nil {
			yield(nil, err)
		}
	}
}

func (c *Cut) all(ctx context.Context, yield func(*Period, error) bool) error {
	r, err := c.open()
	if err != nil {
		return err
	}
	defer r.spool.remove()
	for record, err := range c.Log(ctx, r.columns, nil) {
		more, err := r.take(record, err, yield)
		if !more || err != nil {
			return err
		}
	}
	if r.has {
		_, err = r.give(true, yield)
	}
	return err
}

// open makes a cutter, which has read nothing.
func (c *Cut) open() (*cutter, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	r := &cutter{Cut: *c, columns: slices.Clone(c.Columns), times: schema.Times{Layout: c.Layout}}
	r.at = slices.IndexFunc(r.columns, func(column rawlog.Column) bool { return column.Name == c.Time })
	if r.at < 0 {
		r.at, r.columns = len(r.columns), append(r.columns, rawlog.Column{Name: c.Time})
	}
	var err error
	r.spool, err = newSpool(c.Spool, r.columns)
	return r, err
}

// cutter cuts a log.
type cutter struct {
	Cut
	columns []rawlog.Column
	at      int // of the time among them
	times   schema.Times
	spool   *spool

	has   bool      // whether a row was read
	begun time.Time // the beginning of the last row's period
	path  string    // of the last row
	line  int
}

// take takes a row of the log, or the error in its place. If a period ends before the row, it is yielded; more reports whether
// another one is wanted.
func (r *cutter) take(record *rawlog.Record, err error, yield func(*Period, error) bool) (more bool, _ error) {
	var start time.Time
	if err == nil {
		start, err = r.start(record)
	}
	if err != nil {
		return true, r.keepBad(err)
	}
	if r.has && !start.Equal(r.begun) {
		if more, err := r.give(false, yield); !more || err != nil {
			return false, err
		}
	}
	r.begun, r.has, r.path, r.line = start, true, record.Path, record.Line
	return true, r.spool.add(record)
}

// start returns the beginning of a row's period.
func (r *cutter) start(record *rawlog.Record) (time.Time, error) {
	text := record.Values[r.at]
	t, err := r.times.Parse(text)
	if err == nil && (t.Year() < 1 || t.Year() > 9999) {
		err = fmt.Errorf("%w %q: the year has not four digits", schema.ErrTime, r.Layout)
	}
	if err != nil {
		return time.Time{}, record.Fail(r.Time, text, err)
	}
	start := t.UTC().Truncate(r.Length)
	if r.has && start.Before(r.begun) {
		err := fmt.Errorf("%w: its time %s is before %s, when the period of line %d of %s began", ErrOrder,
			t.UTC().Format(time.DateTime), r.begun.Format(time.DateTime), r.line, r.path)
		return time.Time{}, &rawlog.SyntaxError{Path: record.Path, Line: record.Line, Column: r.Time, Value: text, Err: err, Fatal: true}
	}
	return start, nil
}

// keepBad keeps a bad line for the period that is being read.
func (r *cutter) keepBad(err error) error {
	if rawlog.IsFatal(err) || len(r.spool.bad) >= r.SkipBadLines {
		return r.within(err)
	}
	r.spool.addBad(err)
	return nil
}

// within adds to an error the period that is being read.
func (r *cutter) within(err error) error {
	if !r.has {
		return err
	}
	return fmt.Errorf("period %s: %w", Name(r.begun, r.Length), err)
}

// give yields the period that was read, and begins the next one.
func (r *cutter) give(last bool, yield func(*Period, error) bool) (more bool, err error) {
	hash, err := r.spool.finish()
	if err != nil {
		return false, err
	}
	p := &Period{
		Start: r.begun, End: r.begun.Add(r.Length), Rows: r.spool.rows, Hash: hash, Last: last,
		name: Name(r.begun, r.Length), spool: r.spool,
	}
	if !yield(p, nil) {
		return false, nil
	}
	return true, r.spool.begin()
}
