package datasets

import "math"

// scale turns the numbers of a field to mean 0 and deviation 1 over the training part. It reckons
// in float64.
type scale struct {
	log, fixed       bool // of the schema: take logarithms first; leave numbers as they are
	n, sum, squares  float64
	shift            float64 // the first number: sums are of differences to it
	mean, multiplier float64 // a number x becomes (x-mean)*multiplier
	empty            float64 // what an empty cell counts as: the mean
}

func newScale(f *FieldSchema) *scale {
	return &scale{log: f.Scale == "log", fixed: f.Scale == "none", multiplier: 1}
}

// transform is sign(x)log(1+|x|) for a logarithmic field.
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
	s.empty = s.shift + difference
	if s.fixed {
		return
	}
	s.mean = s.empty
	if variance := s.squares/s.n - difference*difference; variance > 0 {
		s.multiplier = 1 / math.Sqrt(variance)
	}
}

// apply scales a number; NaN is that of an empty cell.
func (s *scale) apply(x float64) float32 {
	if math.IsNaN(x) {
		x = s.empty
	}
	return float32((x - s.mean) * s.multiplier)
}
