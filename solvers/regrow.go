package solvers

import (
	"fmt"
	"slices"
)

// Fresh is the origin of a row that is new.
const Fresh = -1

// Regrow returns the state of a table whose rows are others than those of the table that the state is of: row i of the
// result is row origin[i] of the state, or, if that is Fresh, one without moments whose clock begins now. The values of a
// fresh row should be zeros: it is then as a row that has always been there, that nobody touched, and whose values have
// decayed to zero. A state that does not fit so many rows is an error that wraps ErrState.
func Regrow(parts []StatePart, rows int, origin []int32) ([]StatePart, error) {
	now, err := clockOf(parts)
	if err != nil {
		return nil, err
	}
	var out []StatePart
	for _, p := range withoutOldRates(parts, int(now)) {
		if err := p.Check(rows); err != nil {
			return nil, err
		}
		if !p.ByRow() {
			out = append(out, p)
			continue
		}
		var fresh uint32
		if p.Name == stepsPart {
			fresh = now
		}
		out = append(out, StatePart{
			Name:   p.Name,
			Floats: regrow(p.Floats, rows, origin, 0), Ints: regrow(p.Ints, rows, origin, fresh), Doubles: regrow(p.Doubles, rows, origin, 0),
			Halves: regrow(p.Halves, rows, origin, 0),
		})
	}
	return out, nil
}

// withoutOldRates returns the parts without the learning rates of the steps up to now, if every row is settled to that step:
// a state that goes on and on must not grow with its steps.
func withoutOldRates(parts []StatePart, now int) []StatePart {
	var rates, from *StatePart
	for i := range parts {
		switch p := &parts[i]; p.Name {
		case ratesPart:
			rates = p
		case ratesFromPart:
			from = p
		case stepsPart:
			for row := 0; 2*row < len(p.Ints); row++ {
				if int(p.Ints[2*row+1]) < now {
					return parts
				}
			}
		}
	}
	if rates == nil || now == 0 {
		return parts
	}
	first := 0
	if from != nil && len(from.Ints) > 0 {
		first = int(from.Ints[0])
	}
	out := slices.DeleteFunc(slices.Clone(parts), func(p StatePart) bool { return p.Name == ratesPart || p.Name == ratesFromPart })
	left := rates.Doubles[min(len(rates.Doubles), now-first):]
	return append(out, StatePart{Name: ratesPart, Doubles: left}, StatePart{Name: ratesFromPart, Ints: []uint32{uint32(now)}})
}

// clockOf returns the step at which a state was saved.
func clockOf(parts []StatePart) (uint32, error) {
	for _, p := range parts {
		if p.Name == clockPart && len(p.Ints) > 0 {
			return p.Ints[0], nil
		}
	}
	return 0, fmt.Errorf("%w: it has no part %q", ErrState, clockPart)
}

// regrow is Regrow for the values of one part.
func regrow[T any](values []T, rows int, origin []int32, fresh T) []T {
	if len(values) == 0 {
		return nil
	}
	per := len(values) / rows
	out := make([]T, 0, per*len(origin))
	for _, from := range origin {
		if from != Fresh {
			out = append(out, values[int(from)*per:(int(from)+1)*per]...)
			continue
		}
		for range per {
			out = append(out, fresh)
		}
	}
	return out
}
