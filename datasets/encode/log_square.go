package encode

import (
	"math"
	"strconv"
)

// smallest is the smallest count that has a name in small.
const smallest = -8

// small are the names of the counts from smallest to 2, which most are.
var small = func() (names []string) {
	for x := smallest; x <= 2; x++ {
		names = append(names, "="+strconv.Itoa(x))
	}
	return names
}()

// logSquare returns the bucket of a count: floor(ln(x)^2) of one above 2, and "=x" of another, which so is not taken for the
// logarithm of a larger one. An empty cell, NaN, is the empty text.
//
// Reference: the winners of Kaggle's Criteo contest of 2014, Juan, Zhuang and Chin, 3 Idiots' Approach.
func logSquare(x float64) string {
	switch {
	case math.IsNaN(x):
		return ""
	case x > 2:
		log := math.Log(x)
		return strconv.Itoa(int(log * log))
	case x >= smallest:
		return small[int(x)-smallest]
	}
	return "=" + strconv.FormatFloat(math.Trunc(x), 'f', 0, 64)
}
