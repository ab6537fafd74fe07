package drift

import (
	"errors"
	"fmt"
	"math"
)

// ErrFields is wrapped by the error of counts that are of other fields.
var ErrFields = errors.New("the counts are of other fields")

// WindowDays is the number of days that a Window has.
const WindowDays = 7

// Window has the counts of the last seven days. The zero value has none. As JSON it takes some 2 kB for each day and
// field.
type Window struct {
	Days []Counts `json:"days"` // the latest at the end
}

// Figures compare a field on a day with the days before.
type Figures struct {
	Field string
	// Unknown is the share of the values that have no row of their own; NaN if nothing was known, and for a number.
	Unknown float64
	// PSI is the population stability index against all days of the window together; NaN without one. Values are
	// compared in buckets by their hash. Where a field has many more values than the 256 buckets, PSI shows what happens
	// to its frequent ones; of new rare ones Unknown tells more.
	PSI float64
}

// Add adds a day, and drops the one that is then too old. It keeps the counts.
func (w *Window) Add(day *Counts) {
	w.Days = append(w.Days, *day)
	w.Days = w.Days[max(0, len(w.Days)-WindowDays):]
}

// Compare returns the figures of each field of a day. A window of other fields is an error that wraps ErrFields.
func (w *Window) Compare(day *Counts) ([]Figures, error) {
	for i := range w.Days {
		if err := w.Days[i].fits(day); err != nil {
			return nil, fmt.Errorf("datasets: drift: day %d of the window: %w", i+1, err)
		}
	}
	figures := make([]Figures, len(day.Fields))
	for i, f := range day.Fields {
		figures[i] = Figures{f.Name, share(f.Unknown, f.Known+f.Unknown), w.psi(i, &f)}
	}
	return figures, nil
}

// UnknownShare returns the share of the values of all fields that have no row of their own; NaN if nothing was known.
func (c *Counts) UnknownShare() float64 {
	unknown, all := 0, 0
	for _, f := range c.Fields {
		unknown, all = unknown+f.Unknown, all+f.Known+f.Unknown
	}
	return share(unknown, all)
}

// share is NaN if there are none.
func share(part, all int) float64 {
	if all == 0 {
		return math.NaN()
	}
	return float64(part) / float64(all)
}

// fits returns an error if the counts are not of the same fields as others.
func (c *Counts) fits(others *Counts) error {
	if len(c.Fields) != len(others.Fields) {
		return fmt.Errorf("%w: %d and %d fields", ErrFields, len(c.Fields), len(others.Fields))
	}
	for i, f := range c.Fields {
		if n := f.Numbers; n != nil && (n.Shift < 0 || n.Shift > 64) {
			return fmt.Errorf("%w: field %d, %q, has no such cells of numbers", ErrFields, i+1, f.Name)
		}
		if o := others.Fields[i]; f.Name != o.Name || len(f.Buckets) != len(o.Buckets) || (f.Numbers == nil) != (o.Numbers == nil) {
			return fmt.Errorf("%w: field %d is %q and %q", ErrFields, i+1, f.Name, o.Name)
		}
	}
	return nil
}

// psi compares a field of a day with all days of the window.
func (w *Window) psi(field int, day *FieldCounts) float64 {
	if day.Numbers != nil {
		var reference []*Numbers
		for _, d := range w.Days {
			reference = append(reference, d.Fields[field].Numbers)
		}
		return day.Numbers.psi(reference)
	}
	reference := make([]int, len(day.Buckets))
	for _, d := range w.Days {
		for i, n := range d.Fields[field].Buckets {
			reference[i] += n
		}
	}
	return PSI(reference, day.Buckets)
}
