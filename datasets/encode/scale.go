package encode

import (
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
	s.sum += x - s.shift
	s.squares += (x - s.shift) * (x - s.shift)
}

// finish ends the training part.
func (s *scale) finish() {
	if s.n == 0 {
		return
	}
	difference := s.sum / s.n
	s.Empty = s.shift + difference
	if s.fixed {
		return
	}
	s.Mean = s.Empty
	if variance := s.squares/s.n - difference*difference; variance > 0 {
		s.Multiplier = 1 / math.Sqrt(variance)
	}
}

// apply scales a number, which is NaN for an empty cell.
func (s *scale) apply(x float64) float32 {
	if math.IsNaN(x) {
		x = s.Empty
	}
	return float32((x - s.Mean) * s.Multiplier)
}
