package schema

import (
	"math"
	"strconv"
)

// ParseWeight returns the weight of a sample, which a cell holds. What is no weight, such as an empty cell, is an ErrWeight.
func ParseWeight(cell string) (float32, error) {
	w, err := strconv.ParseFloat(cell, 32)
	if err != nil || !IsWeight(w) {
		return 0, ErrWeight
	}
	return float32(w), nil
}

// IsWeight reports whether a sample may weigh so much: a finite number of at least 0.
func IsWeight(w float64) bool { return w >= 0 && !math.IsInf(w, 0) }

// ParseNumber returns the number in a cell, and NaN for an empty cell and for no other. An infinite
// number, and a text that is no number, is an ErrNumber.
func ParseNumber(cell string) (float64, error) {
	if cell == "" {
		return math.NaN(), nil
	}
	x, err := strconv.ParseFloat(cell, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, ErrNumber
	}
	return x, nil
}
