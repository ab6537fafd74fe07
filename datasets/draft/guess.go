package draft

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// Options are how a schema is guessed. The zero value is the default of all of them.
type Options struct {
	Format string // as Name of a rawlog.Format. Default: the format that the file's name says
	Label  string // column of the label. Default: one with a usual name that holds only 0 and 1
	Rows   int    // how many rows to look at, from the first one on. Default 100,000
}

// Guess looks at the first rows of a file, which must have a header line if it is CSV or TSV, and
// guesses the label, the kinds of fields, times and min_count. It holds all values of these rows in
// memory.
func Guess(ctx context.Context, path string, o Options) (*Draft, error) {
	if o.Rows == 0 {
		o.Rows = 100_000
	}
	format, columns, err := rawlog.FindColumns(ctx, rawlog.Format{Name: o.Format}, path)
	if err != nil {
		return nil, err
	}
	d := &guesser{path: path, rows: o.Rows, label: o.Label}
	d.Schema = &schema.Schema{Format: format}
	for _, c := range columns {
		d.columns = append(d.columns, newColumnFacts(c))
	}
	if err := d.look(ctx); err != nil {
		return nil, err
	}
	if err := d.chooseLabel(); err != nil {
		return nil, err
	}
	d.chooseFields()
	if err := d.Schema.Check(); err != nil {
		return nil, &rawlog.SyntaxError{Path: path, Err: fmt.Errorf("no schema fits: %w", err)}
	}
	return &d.Draft, nil
}

// guesser makes a draft of a file.
type guesser struct {
	Draft
	path    string
	rows    int // to look at, and then those that there were
	label   string
	columns []*columnFacts
}

// look collects the cells of the columns.
func (d *guesser) look(ctx context.Context) error {
	l, err := rawlog.Open(d.Schema.Format, []string{d.path})
	if err != nil {
		return err
	}
	var columns []rawlog.Column
	for _, c := range d.columns {
		columns = append(columns, c.Column)
	}
	rows := 0
	for r, err := range l(ctx, columns, nil) {
		if err != nil {
			return err
		}
		for i, c := range d.columns {
			c.add(r.Values[i])
		}
		if rows++; rows == d.rows {
			break
		}
	}
	if d.rows = rows; rows == 0 {
		return &rawlog.SyntaxError{Path: d.path, Err: rawlog.ErrEmpty}
	}
	d.note("Drafted from the first %d rows of %s. Look it over: a file does not say what its columns mean.", rows, filepath.Base(d.path))
	return nil
}

// labelNames are the usual names of labels, in lower case.
var labelNames = []string{"click", "clicked", "clk", "is_click", "label", "y", "target"}

// chooseLabel finds the column of the label.
func (d *guesser) chooseLabel() error {
	var binary []string
	for _, c := range d.columns {
		if c.isBinary() {
			binary = append(binary, c.Name)
		}
	}
	for _, name := range append(append([]string{d.label}, labelNames...), binary...) {
		for _, column := range binary {
			if name != "" && (column == name || d.label == "" && strings.EqualFold(column, name)) {
				d.Schema.Label = column
				return nil
			}
		}
		if d.label != "" {
			return &rawlog.SyntaxError{Path: d.path, Column: d.label, Err: schema.ErrLabel}
		}
	}
	return &rawlog.SyntaxError{Path: d.path, Err: fmt.Errorf("no column holds only 0 and 1: %w", schema.ErrLabel)}
}

// chooseFields makes fields of the other columns.
func (d *guesser) chooseFields() {
	for _, c := range d.columns {
		if c.Name == d.Schema.Label {
			continue
		}
		if layout := c.layout(); layout != "" {
			d.addTime(c.Name, layout)
			continue
		}
		switch f, why := c.field(); {
		case f == nil:
			d.note("%s is left out: %s", c.Name, why)
		default:
			if d.Schema.Fields = append(d.Schema.Fields, *f); why != "" {
				d.note("%s: %s", c.Name, why)
			}
		}
	}
}

// addTime makes fields of a time; the first one also splits the log.
func (d *guesser) addTime(column, layout string) {
	for _, what := range []string{"hour", "weekday"} {
		if what == "hour" && !hasHours(layout) {
			continue
		}
		d.Schema.Fields = append(d.Schema.Fields, schema.Field{Name: column + "_" + what, Column: column, Derive: what, Layout: layout})
	}
	if d.Schema.Split == nil {
		d.Schema.Split = &schema.Split{By: "time", Column: column, Layout: layout, Test: "0.1"}
	}
}
