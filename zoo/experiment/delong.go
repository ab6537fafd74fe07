package experiment

import (
	"cmp"
	"math"
	"slices"
)

// DeLong tests whether two scores of the same samples have the same AUC. It returns both AUCs, the
// standard error of their difference, and the two-sided p-value under the normal approximation; p is
// 1 if the scores rank the samples alike.
//
// Reference: DeLong, DeLong and Clarke-Pearson, Comparing the areas under two or more correlated
// receiver operating characteristic curves, Biometrics 44, 1988; by midranks as Sun and Xu, IEEE
// Signal Processing Letters 21, 2014.
func DeLong(a, b, labels []float32) (aucA, aucB, standardError, p float64) {
	aucA, positivesA, negativesA := placements(a, labels)
	aucB, positivesB, negativesB := placements(b, labels)
	variance := differenceVariance(positivesA, positivesB) + differenceVariance(negativesA, negativesB)
	standardError = math.Sqrt(variance)
	if aucA == aucB {
		return aucA, aucB, standardError, 1
	}
	z := math.Abs(aucA-aucB) / standardError
	return aucA, aucB, standardError, math.Erfc(z / math.Sqrt2)
}

// placements returns the AUC, for each positive the share of negatives that score less, and for each
// negative the share of positives that score more; ties count half.
func placements(scores, labels []float32) (auc float64, positives, negatives []float64) {
	all := midranks(scores)
	var rankSum float64
	var within [2][]float32 // scores by label
	var ranks [2][]float64
	for i, s := range scores {
		class := int(labels[i])
		within[class], ranks[class] = append(within[class], s), append(ranks[class], all[i])
		rankSum += float64(class) * all[i]
	}
	m, n := float64(len(within[1])), float64(len(within[0]))
	for i, r := range midranks(within[1]) {
		positives = append(positives, (ranks[1][i]-r)/n)
	}
	for i, r := range midranks(within[0]) {
		negatives = append(negatives, 1-(ranks[0][i]-r)/m)
	}
	return (rankSum - m*(m+1)/2) / (m * n), positives, negatives
}

// midranks are the ranks of values, from 1; equal values share the mean of theirs.
func midranks(values []float32) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	ranks := make([]float64, len(values))
	for from := 0; from < len(order); {
		to := from
		for to < len(order) && values[order[to]] == values[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			ranks[i] = float64(from+to+1) / 2
		}
		from = to
	}
	return ranks
}

// differenceVariance is the variance of the mean of a - b, pair by pair.
func differenceVariance(a, b []float64) float64 {
	n := float64(len(a))
	var sum, squares float64
	for i := range a {
		sum += a[i] - b[i]
	}
	for i := range a {
		d := a[i] - b[i] - sum/n
		squares += d * d
	}
	return squares / (n - 1) / n
}
