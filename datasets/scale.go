package datasets

import "math"

// scale turns the numbers of a field to mean 0 and deviation 1 over the training part.
type scale struct {
	log, fixed       bool // of the schema: take logarithms first; leave numbers as they are
	n, sum, squares  float64
	mean, multiplier float64
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

// learn takes in a number of the training part. It counts sums of differences to the first one,
// so that large numbers with small differences keep their digits.
func (s *scale) learn(x float64) {
	if s.n == 0 {
		s.mean = x
	}
	s.n++
	s.sum += x - s.mean
	s.squares += (x - s.mean) * (x - s.mean)
}

// finish ends the training part.
func (s *scale) finish() {
	if s.fixed || s.n == 0 {
		s.mean = 0
		return
	}
	shift := s.sum / s.n
	if variance := s.squares/s.n - shift*shift; variance > 0 {
		s.multiplier = 1 / math.Sqrt(variance)
	}
	s.mean += shift
}

func (s *scale) apply(x float64) float32 { return float32((x - s.mean) * s.multiplier) }
