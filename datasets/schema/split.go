package schema

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Split is how a log is divided into a training, a validation and a test part.
type Split struct {
	// By is time, random (each row for itself), user (all rows of a user together), or order: the last rows are the test
	// part, those before them the validation part. It is for a log in the order of time that has no column of times.
	By string `yaml:"by"`
	// Column holds the time or the user. Required by time and by user.
	Column string `yaml:"column,omitempty"`
	// Layout is how the time is written, as that of a Field. Required by time.
	Layout string `yaml:"layout,omitempty"`
	// Test is how much the test part gets: a share of the rows or users such as 0.1, or by time
	// also a number of the last calendar days (of UTC, or of the zone of the latest time if the times have one), such as 1d.
	// Default: none. By time, the rows of one second are never divided, so that a share is only as
	// exact as this allows.
	Test string `yaml:"test,omitempty"`
	// Valid is how much the validation part gets; by time it is before the test part.
	Valid string `yaml:"valid,omitempty"`
}

func (s *Split) check() error {
	if s == nil {
		return nil
	}
	switch {
	case !oneOf(s.By, "time", "random", "user", "order"):
		return fmt.Errorf("by: want time, random, user or order, got %q", s.By)
	case oneOf(s.By, "random", "order") != (s.Column == ""):
		return errors.New("column: needed by time and by user, and only there")
	case (s.By == "time") != (s.Layout != ""):
		return errors.New("layout: needed by time, and only there")
	}
	if s.By == "time" {
		if err := checkLayout(s.Layout, "the date", sameDate); err != nil {
			return err
		}
	}
	test, err := s.portion("test", s.Test)
	if err != nil {
		return err
	}
	valid, err := s.portion("valid", s.Valid)
	if err != nil {
		return err
	}
	if test.Share+valid.Share >= 1 {
		return errors.New("valid and test leave nothing for training")
	}
	return nil
}

// Portion is how much a part gets: a share of all, or a number of days. The zero value is nothing.
type Portion struct {
	Share float64 // at least 0 and below 1
	Days  int64
}

// Portions returns what the validation and the test part get. Values that Check refuses count as
// nothing.
func (s *Split) Portions() (valid, test Portion) {
	valid, _ = s.portion("valid", s.Valid)
	test, _ = s.portion("test", s.Test)
	return valid, test
}

func (s *Split) portion(key, text string) (Portion, error) {
	if text == "" {
		return Portion{}, nil
	}
	if days, isDays := strings.CutSuffix(text, "d"); isDays && s.By == "time" {
		n, err := strconv.ParseInt(days, 10, 32)
		if err != nil || n < 1 {
			return Portion{}, fmt.Errorf("%s: want a number of days such as 1d, got %q", key, text)
		}
		return Portion{Days: n}, nil
	}
	share, err := strconv.ParseFloat(text, 64)
	if err != nil || !(share >= 0 && share < 1) {
		return Portion{}, fmt.Errorf("%s: want a share of at least 0 and below 1, got %q", key, text)
	}
	return Portion{Share: share}, nil
}
