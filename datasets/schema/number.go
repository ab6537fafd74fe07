package schema

import (
	"math"
	"strconv"
)

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
