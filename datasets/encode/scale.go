package encode

import (
	"errors"
	"fmt"
	"math"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// scale gives the numbers of a field mean 0 and deviation 1 over the training part. It computes in
// float64.
type scale struct {
	datasets.Scale

	log, fixed      bool // of the schema: take logarithms first; leave numbers as they are
	n, sum, squares float64
	shift           float64 // the first number: sums are of differences to it
	farthest        float64 // of the differences to it
}

func newScale(f *schema.Field) *scale {
	return &scale{log: f.Scale == "log", fixed: f.Scale == "none", Scale: datasets.Scale{Multiplier: 1}}
}

// transform returns sign(x)log(1+|x|) for a logarithmic field.
func (s *scale) transform(x float64) float64 {
	if s.log {
		return math.Copysign(math.Log1p(math.Abs(x)), x)
	}
	return x
}

// learn takes in a number of the training part, if it is one. It sums differences to the first
// one, so that large numbers with small differences keep their digits.
func (s *scale) learn(x float64) {
	if math.IsNaN(x) {
		return
	}
	if s.n == 0 {
		s.shift = x
	}
	s.n++
	d := x - s.shift
	s.sum += d
	s.squares += d * d
	if math.Abs(d) > math.Abs(s.farthest) {
		s.farthest = d
	}
}

// errTooLarge is the error of a number whose square, or which itself, does not fit where it is needed.
var errTooLarge = errors.New("a number is too large for its scale: cut it off, or use bins or another scale")

// finish ends the training part.
func (s *scale) finish() error {
	if s.n == 0 {
		return nil
	}
	if math.IsInf(s.squares, 0) || math.IsInf(s.sum, 0) {
		return fmt.Errorf("%w: %g", errTooLarge, s.shift+s.farthest)
	}
	difference := s.sum / s.n
	s.Empty = s.shift + difference
	if s.fixed {
		return nil
	}
	s.Mean = s.Empty
	if variance := s.squares/s.n - difference*difference; variance > 0 {
		s.Multiplier = 1 / math.Sqrt(variance)
	}
	return nil
}

// mostOfVariance is the share of all squares, in a column of at least manyNumbers, from which on one number makes all
// others as good as equal.
const (
	mostOfVariance = 0.99
	manyNumbers    = 100
)

// degenerate says what is wrong with a scale that hides all differences, or all but one; "" if nothing is.
func (s *scale) degenerate() string {
	if s.fixed || s.n < 2 {
		return ""
	}
	far := s.shift + s.farthest - s.Mean
	variance := 1 / (s.Multiplier * s.Multiplier)
	switch {
	case s.farthest == 0:
		return fmt.Sprintf("all of its numbers are %g", s.original(s.shift))
	case s.n >= manyNumbers && far*far > mostOfVariance*variance*s.n:
		return fmt.Sprintf("one number, %g, makes all others as good as equal: cut it off, or use bins or another scale", s.original(s.shift+s.farthest))
	}
	return ""
}

// original returns the number of which transform has made x.
func (s *scale) original(x float64) float64 {
	if s.log {
		return math.Copysign(math.Expm1(math.Abs(x)), x)
	}
	return x
}

// apply scales a number, which is NaN for an empty cell.
func (s *scale) apply(x float64) float32 {
	if math.IsNaN(x) {
		x = s.Empty
	}
	return float32((x - s.Mean) * s.Multiplier)
}
