package datasets

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Split divides a log into a training, a validation and a test part.
type Split struct {
	// By is how: time, random (each row for itself) or user (all rows of a user together).
	By string `yaml:"by"`
	// Column holds the time or the user. Required but for random.
	Column string `yaml:"column,omitempty"`
	// Layout is how the time is written, as for a field. Required by time.
	Layout string `yaml:"layout,omitempty"`
	// Test is how much the test part gets: a share of the rows or users such as 0.1, or by time
	// also the last calendar days (UTC, unless the times name a zone), such as 1d. Default: none.
	// By time, the rows of one second are never divided, so the shares hold as near as that allows.
	Test string `yaml:"test,omitempty"`
	// Valid is how much the validation part gets; by time it lies before the test part.
	Valid string `yaml:"valid,omitempty"`
}

func (s *Split) check() error {
	if s == nil {
		return nil
	}
	switch {
	case !oneOf(s.By, "time", "random", "user"):
		return fmt.Errorf("by: want time, random or user, got %q", s.By)
	case (s.By == "random") != (s.Column == ""):
		return errors.New("column: needed by time and by user, and only there")
	case (s.By == "time") != (s.Layout != ""):
		return errors.New("layout: needed by time, and only there")
	}
	test, err := s.portion("test", s.Test)
	if err != nil {
		return err
	}
	valid, err := s.portion("valid", s.Valid)
	if err != nil {
		return err
	}
	if test.share+valid.share >= 1 {
		return errors.New("valid and test leave nothing for training")
	}
	return nil
}

// portion is a share of all, or a number of days.
type portion struct {
	share float64
	days  int64
}

func (s *Split) portion(key, text string) (portion, error) {
	if text == "" {
		return portion{}, nil
	}
	if days, isDays := strings.CutSuffix(text, "d"); isDays && s.By == "time" {
		n, err := strconv.ParseInt(days, 10, 32)
		if err != nil || n < 1 {
			return portion{}, fmt.Errorf("%s: want a number of days such as 1d, got %q", key, text)
		}
		return portion{days: n}, nil
	}
	share, err := strconv.ParseFloat(text, 64)
	if err != nil || !(share >= 0 && share < 1) {
		return portion{}, fmt.Errorf("%s: want a share of at least 0 and below 1, got %q", key, text)
	}
	return portion{share: share}, nil
}

// divider gives each sample a key, and says, once all keys are known, where the parts begin: keys
// below cuts[0] are of the training part, the others below cuts[1] of the validation part. The
// keys of a log that comes in parts, or is divided at random, are the numbers of the parts.
type divider struct {
	*Split            // nil: the log comes in parts
	part        int64 // that is being read, if it does
	valid, test portion
	random      *rand.Rand
	seed        uint64
	times       map[int64]int // rows by second
	memo        timeMemo
}

const (
	trainPart = iota
	validPart
	testPart
	parts
)

var partNames = [parts]string{"train", "valid", "test"}

func newDivider(s *Split, seed uint64) *divider {
	d := &divider{Split: s, seed: seed, times: map[int64]int{}, random: rand.New(rand.NewPCG(seed, 0x5917))}
	if s != nil { // both are valid: the schema was checked
		d.valid, _ = s.portion("valid", s.Valid)
		d.test, _ = s.portion("test", s.Test)
		d.memo.layout = s.Layout
	}
	return d
}

// key is that of a sample with the given value in the split's column.
func (d *divider) key(value string) (int64, error) {
	switch {
	case d.Split == nil:
		return d.part, nil
	case d.By == "random":
		return d.drawn(d.random.Float64()), nil
	case d.By == "user":
		return d.drawn(float64(mix(fnv64(value)^d.seed)>>11) / (1 << 53)), nil
	}
	t, err := d.memo.parse(value)
	if err != nil {
		return 0, err
	}
	d.times[t.Unix()]++
	return t.Unix(), nil
}

// drawn is the part for a number drawn from [0, 1).
func (d *divider) drawn(u float64) int64 {
	switch {
	case u < d.test.share:
		return testPart
	case u < d.test.share+d.valid.share:
		return validPart
	}
	return trainPart
}

// cuts says where the validation and the test part begin.
func (d *divider) cuts() [2]int64 {
	if d.Split == nil || d.By != "time" {
		return [2]int64{validPart, testPart}
	}
	times := slices.Sorted(maps.Keys(d.times))
	test := d.cut(times, d.test, math.MaxInt64)
	return [2]int64{d.cut(times, d.valid, test), test}
}

// cut is the time from which on a part that ends before the given time has its portion.
func (d *divider) cut(times []int64, p portion, end int64) int64 {
	last, _ := slices.BinarySearch(times, end)
	if last == 0 || p == (portion{}) {
		return end
	}
	if p.days > 0 {
		const day = 24 * 60 * 60
		lastDay := time.Unix(times[last-1], 0).UTC().Truncate(day * time.Second).Unix()
		return lastDay - (p.days-1)*day
	}
	all := 0
	for _, n := range d.times {
		all += n
	}
	left := p.share * float64(all)
	from := last
	for from > 0 && left >= float64(d.times[times[from-1]])/2 {
		left -= float64(d.times[times[from-1]])
		from--
	}
	if from == last {
		return end
	}
	return times[from]
}

// partOf is the part of a key.
func partOf(key int64, cuts [2]int64) int {
	switch {
	case key < cuts[0]:
		return trainPart
	case key < cuts[1]:
		return validPart
	}
	return testPart
}
