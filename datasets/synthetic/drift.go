package synthetic

import (
	"cmp"
	"fmt"
	"math"

	"github.com/ctrzoo/ctrzoo/datasets"
)

// Drift draws a log by days from click probabilities that are known, in which users and items are born and die,
// some return, and popularity drifts. It is for training day after day: the ids that were ever seen grow without
// end, those alive do not. What an id does to clicks stays the same for its life, unless Effects says otherwise; an
// id that returns has what it had at its birth.
//
// Each kind of field is there: categorical ones with and without births and deaths, the hour of the time, a list
// of the items that the user clicked last, which shares the ids of the items, and a price. The same options give
// the same bytes, and the first days are those of a longer log.
//
// The zero value is the default of all options.
type Drift struct {
	Rows  int    // of a day; default 100,000, at least 100
	Users int    // alive on average, about; default Rows/4
	Items int    // alive on average, about; default Rows/50
	Seed  uint64 // of the log

	// Births is the share of Users and of Items that come each day, new or returned. Default 0.15; None for none.
	Births float64
	// Deaths is the share of those alive that die each day, at most 1. Default 0.15; None for none. If it differs
	// from Births, the number alive tends to Births/Deaths times the first.
	Deaths float64
	// Returns is the share of those who come that lived before, at most 1. Default 0.05; None for none.
	Returns float64
	// Popularity is how much of its popularity an id loses from day to day, at most 1. With the default, 0.2, the
	// popularity of a day and of one n days later have a correlation of 0.98^n, sqrt(1-Popularity^2)^n; with 1 every
	// day has a popularity of its own; None for none.
	Popularity float64
	// Effects is how much of its effects on clicks an id loses from day to day, at most 1, as by ads that people have
	// seen too often. As with Popularity, the effects of a day and of one n days later have a correlation of
	// sqrt(1-Effects^2)^n. Default 0: the effects stay.
	Effects float64

	Progress datasets.Progress // if not nil, is called while a day is written
}

// None is a rate of 0, where 0 means the default.
const None = -1

// DriftDay describes a day of a log.
type DriftDay struct {
	Day    string `json:"day"` // as 2026-01-01
	Rows   int    `json:"rows"`
	Clicks int    `json:"clicks"`
	// BestAUC is the AUC that the true probabilities have among the rows of the day, expected over draws of the
	// labels: no model can expect more.
	BestAUC float64 `json:"best_auc"`
	// Alive, Born, Died and Returned count users and items.
	Alive    int `json:"ids_alive"`
	Born     int `json:"ids_born"`
	Died     int `json:"ids_died"`
	Returned int `json:"ids_returned"`
	// Seen are the users and items that rows had up to the end of the day, from the first day on.
	Seen int `json:"ids_seen"`
}

// Check returns an error that names an option that is out of range.
func (o Drift) Check() error {
	_, err := o.withDefaults()
	return err
}

// withDefaults returns the options as they are meant, or an error that names what is out of range.
func (o Drift) withDefaults() (Drift, error) {
	o.Rows = cmp.Or(o.Rows, 100_000)
	o.Users, o.Items = cmp.Or(o.Users, o.Rows/4), cmp.Or(o.Items, o.Rows/50)
	most := math.MaxInt32 / 64
	return o, cmp.Or(
		within("rows", o.Rows, 100, math.MaxInt32), within("users", o.Users, 2, most), within("items", o.Items, 2, most),
		withRate("births", &o.Births, 0.15, 10), withRate("deaths", &o.Deaths, 0.15, 1),
		withRate("returns", &o.Returns, 0.05, 1), withRate("popularity", &o.Popularity, 0.2, 1),
		withRate("effects", &o.Effects, 0, 1),
	)
}

// within refuses a number out of range.
func within[T int | float64](name string, n, least, most T) error {
	if !(n >= least && n <= most) {
		return fmt.Errorf("%s must be from %v to %v, got %v", name, least, most, n)
	}
	return nil
}

// withRate puts the default in the place of 0, and 0 in that of None.
func withRate(name string, rate *float64, zero, most float64) error {
	switch *rate {
	case 0:
		*rate = zero
	case None:
		*rate = 0
	}
	return within(name, *rate, 0, most)
}

// add counts users or items.
func (d *DriftDay) add(n turnover) {
	d.Alive, d.Born, d.Died, d.Returned = d.Alive+n.Alive, d.Born+n.Born, d.Died+n.Died, d.Returned+n.Returned
}
