package schedule

import (
	"fmt"
	"math"
)

// Step multiplies the rate by Factor after every so many steps.
type Step struct {
	Every  int     // at least 1
	Factor float64 // in (0, 1]
}

// Share implements Schedule.
func (s Step) Share(at At) float64 { return math.Pow(s.Factor, float64((at.Step-1)/s.Every)) }

// Check implements Schedule.
func (s Step) Check() error { return checkFall(s.Every, s.Factor) }

func (s Step) String() string {
	return fmt.Sprintf("is multiplied by %v every %d steps", s.Factor, s.Every)
}

// Exponential multiplies the rate by the same number at every step, which makes Factor of so many of them.
type Exponential struct {
	Every  int     // at least 1
	Factor float64 // in (0, 1]
}

// Share implements Schedule.
func (e Exponential) Share(at At) float64 {
	return math.Pow(e.Factor, float64(at.Step-1)/float64(e.Every))
}

// Check implements Schedule.
func (e Exponential) Check() error { return checkFall(e.Every, e.Factor) }

func (e Exponential) String() string {
	return fmt.Sprintf("falls exponentially, by %v every %d steps", e.Factor, e.Every)
}

func checkFall(every int, factor float64) error {
	if every < 1 || !(factor > 0 && factor <= 1) {
		return fmt.Errorf("%w: the steps must be at least 1 and the factor in (0, 1], got %d and %v", ErrSchedule, every, factor)
	}
	return nil
}

// Cosine lets the rate fall over so many steps along half a cosine, from all of it to Floor of it, where it stays.
//
// Reference: Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, ICLR 2017, without restarts.
type Cosine struct {
	Steps int     // at least 1
	Floor float64 // in [0, 1]
}

// Share implements Schedule.
func (c Cosine) Share(at At) float64 {
	progress := min(1, float64(at.Step-1)/float64(c.Steps))
	return c.Floor + (1-c.Floor)*(1+math.Cos(math.Pi*progress))/2
}

// Check implements Schedule.
func (c Cosine) Check() error {
	if c.Steps < 1 || !(c.Floor >= 0 && c.Floor <= 1) {
		return fmt.Errorf("%w: the steps of the cosine must be at least 1 and its floor in [0, 1], got %d and %v", ErrSchedule, c.Steps, c.Floor)
	}
	return nil
}

func (c Cosine) String() string {
	return fmt.Sprintf("falls along a cosine to %v of it over %d steps", c.Floor, c.Steps)
}
