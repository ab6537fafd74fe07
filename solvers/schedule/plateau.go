package schedule

import (
	"fmt"
	"math"
)

// Plateau multiplies the rate by Factor whenever Patience evaluations in a row were not better than the best one, down to
// Floor of it. With a patience of 1 it is what FuxiCTR does by default.
type Plateau struct {
	Factor   float64 // in (0, 1]
	Patience int     // at least 1
	Floor    float64 // in [0, 1]
}

// Share implements Schedule.
func (p Plateau) Share(at At) float64 {
	share, best, waited := 1.0, math.Inf(-1), 0
	for _, score := range at.Scores {
		if score > best {
			best, waited = score, 0
			continue
		}
		if waited++; waited == p.Patience {
			share, waited = max(p.Floor, share*p.Factor), 0
		}
	}
	return share
}

// Check implements Schedule.
func (p Plateau) Check() error {
	if !(p.Factor > 0 && p.Factor <= 1) || p.Patience < 1 || !(p.Floor >= 0 && p.Floor <= 1) {
		return fmt.Errorf("%w: of a plateau the factor must be in (0, 1], the patience at least 1 and the floor in [0, 1], got %v, %d and %v",
			ErrSchedule, p.Factor, p.Patience, p.Floor)
	}
	return nil
}

// Watches implements Watcher.
func (Plateau) Watches() bool { return true }

func (p Plateau) String() string {
	when := "an evaluation is"
	if p.Patience > 1 {
		when = fmt.Sprintf("%d evaluations in a row are", p.Patience)
	}
	return fmt.Sprintf("is multiplied by %v when %s not better, down to %v of it", p.Factor, when, p.Floor)
}
