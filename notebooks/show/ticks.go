package show

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// wholeTicks labels whole numbers where a range is that of epochs, and else what roundTicks does.
type wholeTicks struct{}

func (wholeTicks) Ticks(low, high float64) []plot.Tick {
	if low != math.Trunc(low) || high-low > 12 || high-low < 1 {
		return roundTicks{}.Ticks(low, high)
	}
	return multiples(1, low, high)
}

// roundTicks labels the multiples of a round number, three to six of them.
type roundTicks struct{}

func (roundTicks) Ticks(low, high float64) []plot.Tick {
	least := (high - low) / 5
	step := math.Pow(10, math.Floor(math.Log10(least)))
	for _, factor := range []float64{1, 2, 5, 10} {
		if factor*step >= least {
			return multiples(factor*step, low, high)
		}
	}
	return nil
}

// multiples labels the multiples of step with the digits that step has.
func multiples(step, low, high float64) []plot.Tick {
	const slack = 1e-9 // of a step, for a bound that is a multiple itself but for rounding
	digits := max(0, -int(math.Floor(math.Log10(step)+slack)))
	var ticks []plot.Tick
	// The sum with 0 makes 0 of a negative zero.
	for n := math.Ceil(low/step-slack) + 0; n <= high/step+slack; n++ {
		ticks = append(ticks, plot.Tick{Value: n * step, Label: strconv.FormatFloat(n*step, 'f', digits, 64)})
	}
	return ticks
}
