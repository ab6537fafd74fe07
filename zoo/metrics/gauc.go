package metrics

import (
	"cmp"
	"math"
	"slices"
)

// groupedAUC returns the metrics of "gauc:FIELD". The first is the mean of the AUC within each group of samples that have
// one value of the field, where a group counts as much as the weight of its samples. A group in which all labels are the
// same has no AUC and is left out; so are the samples whose value is out of vocabulary, which are no group. The other
// two say how many groups of one class there are, and how many samples count.
func groupedAUC(field string) []Metric {
	name, title := "gauc_"+field, "gAUC "+field
	return []Metric{
		{Name: name, Title: title, Goal: Higher, Field: field, Measure: ofWhole(func(p Predictions) float64 {
			return meanOfGroups(&p, p.Groups[field])
		})},
		{Name: name + "_left_out", Title: title + ", groups left out", Field: field, Detail: true, Measure: ofWhole(func(p Predictions) float64 {
			leftOut, _ := countGroups(&p, p.Groups[field])
			return float64(leftOut)
		})},
		{Name: name + "_samples", Title: title + ", samples", Field: field, Detail: true, Measure: ofWhole(func(p Predictions) float64 {
			_, samples := countGroups(&p, p.Groups[field])
			return float64(samples)
		})},
	}
}

// meanOfGroups returns the mean AUC of the groups; NaN if none has one.
func meanOfGroups(p *Predictions, groups []int32) float64 {
	order := p.byScore()
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(groups[a], groups[b]) })
	var sum, all float64
	for from := 0; from < len(order); {
		to := from
		var weight float64
		for ; to < len(order) && groups[order[to]] == groups[order[from]]; to++ {
			weight += p.Weight(int(order[to]))
		}
		if area := p.rocArea(order[from:to]); groups[order[from]] != 0 && !math.IsNaN(area) {
			sum += weight * area
			all += weight
		}
		from = to
	}
	return sum / all
}

// countGroups returns how many groups have one class only, and how many samples are in the others.
func countGroups(p *Predictions, groups []int32) (ofOneClass, samples int) {
	classes := map[int32][2]int{}
	for i, g := range groups {
		c := classes[g]
		if p.Labels[i] > 0.5 {
			c[1]++
		} else {
			c[0]++
		}
		classes[g] = c
	}
	for g, c := range classes {
		switch {
		case g == 0: // no group
		case c[0] == 0 || c[1] == 0:
			ofOneClass++
		default:
			samples += c[0] + c[1]
		}
	}
	return ofOneClass, samples
}
