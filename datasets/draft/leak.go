package draft

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// A column leaks if it holds what was known only after the click: a model that reads it is perfect in training, and useless.

// leakAUC is from which AUC on a column alone is taken for a leak.
const leakAUC = 0.99

// leakRows is how many rows must be filled to say that a column is filled only where the label is 1.
const leakRows = 20

// rowsToTell is how many rows are enough to tell a leak from chance.
const rowsToTell = 100

// countClicks goes through the rows again, and counts those with label 1 of each cell.
func (d *guesser) countClicks(ctx context.Context) error {
	_, err := d.eachRow(ctx, []rawlog.Column{{Name: d.Schema.Label}}, func(values []string) {
		if click, _ := d.Schema.LabelOf(values[0]); click != 1 {
			return
		}
		for i, c := range d.columns {
			c.clicks[values[i+1]]++ // a cell that is known: the key is not kept
		}
	})
	return err
}

// leak says how a column leaks the label; "" if it does not.
func (c *columnFacts) leak() string {
	clicks := 0
	for _, n := range c.clicks {
		clicks += n
	}
	if clicks == 0 || clicks == c.rows || c.rows < rowsToTell {
		return ""
	}
	if filled := c.rows - c.cells[""]; c.cells[""] > 0 && filled >= leakRows && clicks-c.clicks[""] == filled {
		return "it is filled only where the label is 1, so it is known only after the click"
	}
	if auc := max(c.valueAUC(), c.numberAUC()); auc > leakAUC {
		return fmt.Sprintf("it alone predicts the label (AUC %.4f), so it is probably known only after the click", auc)
	}
	return ""
}

// scored are rows of one score.
type scored struct {
	score                float64
	positives, negatives int
}

// valueAUC is the AUC of the share of clicks among the other rows of the same value.
func (c *columnFacts) valueAUC() float64 {
	var list []scored
	for cell, n := range c.cells {
		if n < 2 {
			continue
		}
		positives, others := c.clicks[cell], float64(n-1)
		list = append(list, scored{float64(positives-1) / others, positives, 0}, scored{float64(positives) / others, 0, n - positives})
	}
	return area(list, c.rows)
}

// numberAUC is the AUC of the numbers themselves, in the better direction; noArea if the column holds others.
func (c *columnFacts) numberAUC() float64 {
	var list []scored
	for cell, n := range c.cells {
		if cell == "" {
			continue
		}
		x, err := schema.ParseNumber(cell)
		if err != nil {
			return noArea
		}
		list = append(list, scored{x, c.clicks[cell], n - c.clicks[cell]})
	}
	auc := area(list, c.rows)
	return max(auc, 1-auc)
}

// noArea is the area that says nothing.
const noArea = 0.5

// area is the area under the ROC curve of some of the rows; noArea if these are less than half, or of one class.
func area(list []scored, rows int) float64 {
	slices.SortFunc(list, func(a, b scored) int { return cmp.Compare(a.score, b.score) })
	var positives, negatives, wins float64
	for from := 0; from < len(list); {
		var tied [2]float64
		to := from
		for ; to < len(list) && list[to].score == list[from].score; to++ {
			tied[1] += float64(list[to].positives)
			tied[0] += float64(list[to].negatives)
		}
		wins += tied[1] * (negatives + tied[0]/2)
		positives, negatives = positives+tied[1], negatives+tied[0]
		from = to
	}
	if positives == 0 || negatives == 0 || 2*(positives+negatives) < float64(rows) {
		return noArea
	}
	return wins / (positives * negatives)
}
