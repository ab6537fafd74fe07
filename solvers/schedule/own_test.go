package schedule_test

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/solvers/schedule"
)

// inverse is a schedule of one's own: the rate falls as 1/k after so many steps.
type inverse struct{ steps float64 }

// Share is a function of the step: a schedule has no state.
func (s inverse) Share(at schedule.At) float64 { return 1 / max(1, float64(at.Step)/s.steps) }

func (s inverse) Check() error { return nil }

func (s inverse) String() string { return fmt.Sprintf("falls as 1/k from step %v on", s.steps) }

func Example() {
	var s schedule.Schedule = schedule.WarmUp{Steps: 10, Then: inverse{steps: 100}}
	for _, k := range []int{5, 110, 210, 410} {
		fmt.Println(k, s.Share(schedule.At{Step: k}))
	}
	// Output:
	// 5 0.5
	// 110 1
	// 210 0.5
	// 410 0.25
}
