package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"
)

// Claim is a claim of the paper and what the records say about it.
type Claim struct {
	Text    string // of the paper
	Ours    string // what was found, in figures, or why nothing can be; "" if nothing was measured
	Holds   string // "yes", "no", "in 3 of 4 cells" or "not measured"
	Records string // the files and the number of runs that it rests on
}

// notMeasured is what Claim.Holds says where there are no records.
const notMeasured = "not measured"

// vote is whether a claim holds in one place, a cell unless the claim says otherwise.
type vote struct {
	where  string
	holds  bool
	value  float64 // by which votes are summed up
	text   string  // what was found, where votes are listed; "": the value
	tables []*Table
	runs   int
}

// question is a claim with what decides it.
type question struct {
	text   string // of the paper
	figure string // what the value of a vote is
	unit   string // what a vote is about; "" means cells
	votes  func(tables []*Table) []vote
	beyond string // why no record can decide it; "" if they can
}

// Claims are the paper's claims with what the records of some tables say about each. Nothing is averaged over tables: each cell,
// a data set with a model, has one vote. It returns nothing if no claim was measured, as of the records of something else.
func Claims(tables []*Table) (list []Claim) {
	measured := false
	for _, q := range questions() {
		var votes []vote
		if q.beyond == "" {
			votes = q.votes(tables)
		}
		measured = measured || len(votes) > 0
		list = append(list, q.answer(votes))
	}
	if !measured {
		return nil
	}
	return list
}

// questions are all claims, in the order of the poster.
func questions() []question {
	return slices.Concat(methodQuestions(), curveQuestions(), gridQuestions(), []question{
		{text: "MEDA is the limit of adaptive regularization that resets all rows between epochs (equation 14): " +
			"its AUC is within 0.002 of that limit after every epoch", figure: "largest difference", votes: isTheLimit},
		{text: "Adaptive regularization keeps the minimum convergence bound of Adam (Proposition 3)",
			beyond: "the constants of the bound are not known, so no run can contradict it"},
	})
}

func (q question) answer(votes []vote) Claim {
	c := Claim{Text: q.text, Ours: q.beyond, Holds: notMeasured}
	if len(votes) == 0 {
		return c
	}
	held, unit := 0, q.unit
	for _, v := range votes {
		if v.holds {
			held++
		}
	}
	if unit == "" {
		unit = "cells"
	}
	switch held {
	case len(votes):
		c.Holds = "yes"
	case 0:
		c.Holds = "no"
	default:
		c.Holds = fmt.Sprintf("in %d of %d %s", held, len(votes), unit)
	}
	c.Ours, c.Records = q.found(votes), recordsOf(votes)
	return c
}

// mostListed is how many votes are listed one by one; more are summed up by their median and their ends.
const mostListed = 4

// found says what the votes found.
func (q question) found(votes []vote) string {
	if len(votes) <= mostListed {
		var list []string
		for _, v := range votes {
			text := v.text
			if text == "" {
				text = number(v.value)
			}
			list = append(list, v.where+": "+text)
		}
		return q.figure + ": " + strings.Join(list, "; ")
	}
	sorted := slices.Clone(votes)
	slices.SortStableFunc(sorted, func(a, b vote) int { return cmp.Compare(a.value, b.value) })
	var values []float64
	for _, v := range sorted {
		values = append(values, v.value)
	}
	least, most := sorted[0], sorted[len(sorted)-1]
	return fmt.Sprintf("%s: median %s, from %s (%s) to %s (%s)", q.figure,
		number(stat.Quantile(0.5, stat.Empirical, values, nil)), number(least.value), least.where, number(most.value), most.where)
}

// number writes a figure: a whole one as it is, a smaller one than 1 with four decimals, another one with three digits.
func number(x float64) string {
	if x == math.Trunc(x) {
		return fmt.Sprintf("%.0f", x)
	}
	if x > -1 && x < 1 {
		return fmt.Sprintf("%.4f", x)
	}
	return fmt.Sprintf("%.3g", x)
}

// recordsOf names the files of the votes, and counts their runs.
func recordsOf(votes []vote) string {
	var files []string
	runs := 0
	for _, v := range votes {
		runs += v.runs
		for _, t := range v.tables {
			for _, file := range t.Files {
				if !slices.Contains(files, file) {
					files = append(files, file)
				}
			}
		}
	}
	slices.Sort(files)
	return fmt.Sprintf("%s (%s)", strings.Join(files, ", "), plural(runs, "run"))
}

// plural counts things.
func plural(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

// claimsIntroduction says how to read the table of claims.
const claimsIntroduction = "Each cell, a data set with a model, has one vote, of the grid with the most runs on it. A method collapses if its test AUC, " +
	"the mean over the seeds, falls by 0.002 or more from its best epoch to the last one."

// WriteClaims writes the table of claims, where they do not hold, and when to use which method, as Markdown; nothing if no claim was measured.
func WriteClaims(w io.Writer, tables []*Table) error {
	var b strings.Builder
	writeClaims(&b, tables)
	_, err := io.WriteString(w, b.String())
	return err
}

func writeClaims(b *strings.Builder, tables []*Table) {
	claims := Claims(tables)
	if claims == nil {
		return
	}
	b.WriteString(claimsIntroduction + "\n\n| claim of the paper | ours | holds? | records |\n|---|---|---|---|\n")
	for _, c := range claims {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", c.Text, c.Ours, c.Holds, c.Records)
	}
	if exceptions := Exceptions(tables); len(exceptions) > 0 {
		b.WriteString("\nWhere they do not hold:\n\n")
		for _, e := range exceptions {
			fmt.Fprintf(b, "- %s\n", e)
		}
	}
	writeDecisions(b, Decisions(tables))
}
