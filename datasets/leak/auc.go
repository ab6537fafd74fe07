package leak

import (
	"cmp"
	"slices"
)

// AUC is from which area under the ROC curve on a field alone is taken for a leak.
const AUC = 0.99

// Rows is how many rows are enough to tell a leak from chance.
const Rows = 100

// Value is a value of a field.
type Value struct {
	Rows, Clicks int     // how many rows have it, and how many of these the label 1
	Number       float64 // what it is, of a field of numbers
}

// OfValues returns the AUC of scoring each row by the share of clicks among the other rows of the same value; 0.5 if that says
// nothing of half of the rows, or if these are of one class.
func OfValues(values []Value, rows int) float64 {
	var list []scored
	for _, v := range values {
		if v.Rows < 2 {
			continue
		}
		others := float64(v.Rows - 1)
		list = append(list, scored{float64(v.Clicks-1) / others, v.Clicks, 0}, scored{float64(v.Clicks) / others, 0, v.Rows - v.Clicks})
	}
	return area(list, rows)
}

// OfNumbers returns the AUC of the numbers themselves, in the better direction; 0.5 if less than half of the rows have one, or
// if these are of one class.
func OfNumbers(values []Value, rows int) float64 {
	var list []scored
	for _, v := range values {
		list = append(list, scored{v.Number, v.Clicks, v.Rows - v.Clicks})
	}
	auc := area(list, rows)
	return max(auc, 1-auc)
}

// scored are rows of one score.
type scored struct {
	score                float64
	positives, negatives int
}

// nothing is the area that says nothing.
const nothing = 0.5

// area is the area under the ROC curve of some of the rows.
func area(list []scored, rows int) float64 {
	slices.SortFunc(list, func(a, b scored) int { return cmp.Compare(a.score, b.score) })
	var positives, negatives, wins float64
	for from := 0; from < len(list); {
		var tied [2]float64
		to := from
		for ; to < len(list) && list[to].score == list[from].score; to++ {
			tied[1] += float64(list[to].positives)
			tied[0] += float64(list[to].negatives)
		}
		wins += tied[1] * (negatives + tied[0]/2)
		positives, negatives = positives+tied[1], negatives+tied[0]
		from = to
	}
	if positives == 0 || negatives == 0 || 2*(positives+negatives) < float64(rows) {
		return nothing
	}
	return wins / (positives * negatives)
}
