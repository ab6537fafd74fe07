package quality

import (
	"math"
	"slices"
)

// Summary is what the curves of a program say: means over its seeds.
type Summary struct {
	Program             string
	Seconds, CPUSeconds float64 // until the AUC is reached
	Best, Last          float64 // AUC
}

// programs lists the programs of curves, in the order of their first ones.
func programs(curves []Curve) (list []string) {
	for _, c := range curves {
		if !slices.Contains(list, c.Program) {
			list = append(list, c.Program)
		}
	}
	return list
}

// of returns the curves of a program.
func of(curves []Curve, program string) (list []Curve) {
	for _, c := range curves {
		if c.Program == program {
			list = append(list, c)
		}
	}
	return list
}

// Reached returns the highest AUC that all curves reach.
func Reached(curves []Curve) float64 {
	least := math.Inf(1)
	for _, c := range curves {
		least = min(least, c.Best())
	}
	return least
}

// Summarize sums the curves of each program up, with the time until an AUC.
func Summarize(curves []Curve, auc float64) (list []Summary) {
	for _, program := range programs(curves) {
		s := Summary{Program: program}
		own := of(curves, program)
		for _, c := range own {
			seconds, cpu := c.Reach(auc)
			n := float64(len(own))
			s.Seconds += seconds / n
			s.CPUSeconds += cpu / n
			s.Best += c.Best() / n
			s.Last += c.Points[len(c.Points)-1].AUC / n
		}
		list = append(list, s)
	}
	return list
}

// Largest returns the largest Distance of two programs with the same seed.
func Largest(curves []Curve, one, other string) (largest float64) {
	for _, a := range of(curves, one) {
		for _, b := range of(curves, other) {
			if a.Seed == b.Seed {
				largest = max(largest, Distance(a, b))
			}
		}
	}
	return largest
}

// BetweenSeeds returns the largest Distance of two seeds of a program; NaN if there is one only.
func BetweenSeeds(curves []Curve, program string) float64 {
	own := of(curves, program)
	largest := math.NaN()
	for i, a := range own {
		for _, b := range own[:i] {
			if d := Distance(a, b); !(d <= largest) {
				largest = d
			}
		}
	}
	return largest
}
