package draft

import (
	"context"
	"fmt"

	"github.com/ctrzoo/ctrzoo/datasets/leak"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// A column leaks if it holds what was known only after the click: see package leak.

// leakRows is how many rows must be filled to say that a column is filled only where the label is 1.
const leakRows = 20

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
	if clicks == 0 || clicks == c.rows || c.rows < leak.Rows {
		return ""
	}
	if filled := c.rows - c.cells[""]; c.cells[""] > 0 && filled >= leakRows && clicks-c.clicks[""] == filled {
		return "it is filled only where the label is 1, so it is known only after the click"
	}
	auc := leak.OfValues(c.values(), c.rows)
	if numbers, all := c.numbers(); all {
		auc = max(auc, leak.OfNumbers(numbers, c.rows))
	}
	if auc > leak.AUC {
		return fmt.Sprintf("it alone predicts the label (AUC %.4f), so it is probably known only after the click", auc)
	}
	return ""
}

// values counts the cells of each text.
func (c *columnFacts) values() (list []leak.Value) {
	for cell, n := range c.cells {
		list = append(list, leak.Value{Rows: n, Clicks: c.clicks[cell]})
	}
	return list
}

// numbers counts the cells of each number, and reports whether the column holds nothing else.
func (c *columnFacts) numbers() (list []leak.Value, all bool) {
	for cell, n := range c.cells {
		if cell == "" {
			continue
		}
		x, err := schema.ParseNumber(cell)
		if err != nil {
			return nil, false
		}
		list = append(list, leak.Value{Rows: n, Clicks: c.clicks[cell], Number: x})
	}
	return list, true
}
