package solvers

import (
	"fmt"
	"strings"
)

// The parts of a state that have a meaning outside the solver. Their names are those in checkpoints.
const (
	clockPart     = "clock"
	ratesPart     = "rates"
	ratesFromPart = "rates_from"
	stepsPart     = "steps"
)

// UnsettledPart is the name under which a checkpoint keeps the values of a table whose rows are not settled,
// beside the parts of its state. No solver uses it.
const UnsettledPart = "unsettled"

// StatePart is a named part of the state of a weight; one of Floats, Ints, Doubles and Halves is used. It is the
// memory itself, valid until the next step.
//
// A part of a table has values for each row, in the order of the rows and as many for each, unless its
// name is "clock", "rates" or "rates_from". A solver of one's own gives these names to what belongs to a table as a
// whole.
type StatePart struct {
	Name    string
	Floats  []float32
	Ints    []uint32
	Doubles []float64
	Halves  []uint16 // values in bfloat16
}

// ByRow reports whether a part of a table's state has values for each row.
func (s *StatePart) ByRow() bool {
	return s.Name != clockPart && s.Name != ratesPart && s.Name != ratesFromPart
}

// Check returns an error that wraps ErrState if a part of the state of a table with so many rows has not as
// many values for each.
func (s *StatePart) Check(rows int) error {
	if s.ByRow() && s.len()%rows != 0 {
		return fmt.Errorf("%w: part %q has %d values for %d rows", ErrState, s.Name, s.len(), rows)
	}
	return nil
}

// len is the number of values.
func (s *StatePart) len() int { return len(s.Floats) + len(s.Ints) + len(s.Doubles) + len(s.Halves) }

// Bytes is how much memory the values take.
func (s *StatePart) Bytes() int {
	return 4*(len(s.Floats)+len(s.Ints)) + 8*len(s.Doubles) + 2*len(s.Halves)
}

// PartName is the name of a part of the state of a weight among those of all weights, as checkpoints have
// it: "deep/table/steps".
func PartName(weight, part string) string { return weight + "/" + part }

// CutPartName returns the part of PartName, and whether the name is one of the weight's state.
func CutPartName(name, weight string) (part string, found bool) {
	part, found = strings.CutPrefix(name, weight+"/")
	return part, found && !strings.Contains(part, "/") && part != UnsettledPart
}

// Recency is when the rows of a table had their latest gradients.
type Recency struct {
	Steps  int      // that the table has taken
	stamps []uint32 // for each row: step of its latest gradient, step to which it is settled
}

// RecencyOf reads the recency of a table's rows from a state that was saved: part returns the Ints of the
// part of a name.
func RecencyOf(part func(name string) ([]uint32, error)) (Recency, error) {
	stamps, err := part(stepsPart)
	if err != nil {
		return Recency{}, err
	}
	clock, err := part(clockPart)
	if err != nil {
		return Recency{}, err
	}
	if len(clock) == 0 {
		return Recency{}, fmt.Errorf("%w: part %q is empty", ErrState, clockPart)
	}
	return Recency{int(clock[0]), stamps}, nil
}

// Rows is the number of rows.
func (r Recency) Rows() int { return len(r.stamps) / 2 }

// LastGradient returns the step at which a row had its latest gradient that was not zero, counted from 1; 0 if
// it never had one.
func (r Recency) LastGradient(row int) int { return int(r.stamps[2*row]) }
