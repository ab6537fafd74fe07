package quality

import (
	"math"
)

// Point is an evaluation of the validation part.
type Point struct {
	Step       int     `json:"step"` // of the run, from 1
	Seconds    float64 `json:"seconds"`
	CPUSeconds float64 `json:"cpu_seconds"`
	AUC        float64 `json:"valid_auc"`
}

// Curve is a run of a program: its evaluations, in the order of their steps. Seconds are those of training, without
// evaluations.
type Curve struct {
	Program string  `json:"program"`
	Seed    uint64  `json:"seed"`
	Points  []Point `json:"points"`
}

// Best returns the highest AUC of a curve; NaN if it has no point.
func (c *Curve) Best() float64 {
	best := math.NaN()
	for _, p := range c.Points {
		if !(p.AUC <= best) {
			best = p.AUC
		}
	}
	return best
}

// Reach returns when a curve reaches an AUC, on the line between the two evaluations around it; +Inf if it never does. Before
// the first evaluation it is taken for 0.5 at the start.
func (c *Curve) Reach(auc float64) (seconds, cpuSeconds float64) {
	last := Point{AUC: 0.5}
	for _, p := range c.Points {
		if p.AUC >= auc {
			share := (auc - last.AUC) / (p.AUC - last.AUC)
			return last.Seconds + share*(p.Seconds-last.Seconds), last.CPUSeconds + share*(p.CPUSeconds-last.CPUSeconds)
		}
		last = p
	}
	return math.Inf(1), math.Inf(1)
}

// Distance returns the largest difference of AUC of two runs that were evaluated after the same steps; NaN if they were not.
func Distance(a, b Curve) (largest float64) {
	if len(a.Points) != len(b.Points) {
		return math.NaN()
	}
	for i, p := range a.Points {
		if p.Step != b.Points[i].Step {
			return math.NaN()
		}
		largest = max(largest, math.Abs(p.AUC-b.Points[i].AUC))
	}
	return largest
}
