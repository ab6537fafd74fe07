package report

import (
	"fmt"
	"strings"
)

// Findings say in words, for each model of a table with a method whose name ends in AR, whether the
// paper's claims hold: the plain method falls after its best epoch; AR after the last epoch is at its
// best epoch or within one standard deviation of it; and it is above the best epoch of every other
// method. The first method of a table is the plain one.
func (t *Table) Findings() []string {
	var list []string
	for _, model := range t.Models {
		ar, plain := t.adaptive(model), t.Cell(t.Methods[0], model)
		if ar == nil || plain == nil || ar == plain {
			continue
		}
		list = append(list, t.finding(ar, plain))
	}
	return list
}

// adaptive is the cell of the method whose name ends in AR, or nil.
func (t *Table) adaptive(model string) *Cell {
	for _, method := range t.Methods {
		if strings.HasSuffix(method, "AR") {
			return t.Cell(method, model)
		}
	}
	return nil
}

func (t *Table) finding(ar, plain *Cell) string {
	best := ar.bestEpoch()
	holds := ar.final() >= ar.Mean[best]-zeroIfNaN(ar.Deviation[best])
	text := fmt.Sprintf("%s: %s %s from %.4f (epoch %d) to %.4f; %s ends at %.4f, %s its best epoch (%.4f, epoch %d)",
		ar.Model, plain.Method, verb(plain.final() < plain.Mean[plain.bestEpoch()], "falls", "does not fall"),
		plain.Mean[plain.bestEpoch()], plain.bestEpoch()+1, plain.final(),
		ar.Method, ar.final(), verb(holds, "within one standard deviation of", "below"), ar.Mean[best], best+1)
	rival := t.rival(ar)
	if rival == nil {
		return text + "."
	}
	e := rival.bestEpoch()
	return text + fmt.Sprintf(", and is %s the best epoch of every other method (%s, %.4f, epoch %d).",
		verb(ar.final() > rival.Mean[e], "above", "NOT above"), rival.Method, rival.Mean[e], e+1)
}

// rival is the other method of the same model with the highest mean of any epoch.
func (t *Table) rival(ar *Cell) *Cell {
	var best *Cell
	for _, c := range t.Cells {
		if c == nil || c == ar || c.Model != ar.Model {
			continue
		}
		if best == nil || c.Mean[c.bestEpoch()] > best.Mean[best.bestEpoch()] {
			best = c
		}
	}
	return best
}

func verb(yes bool, is, isNot string) string {
	if yes {
		return is
	}
	return isNot
}

func zeroIfNaN(x float64) float64 {
	if x != x {
		return 0
	}
	return x
}
