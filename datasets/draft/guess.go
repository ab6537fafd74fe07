package draft

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// Options are how a schema is guessed. The zero value is the default of all of them.
type Options struct {
	Format string // as Name of a rawlog.Format. Default: the format that the file's name says
	Label  string // column of the label. Default: one with a usual name, or that holds only 0 and 1
	Rows   int    // how many rows to look at, from the first one on. Default 100,000
}

// Guess looks at the first rows of a file and guesses the label, the kinds of fields, times, min_count and a split. Columns
// of a CSV or TSV file without a header line get made-up names. A column that leaks the label is left out. It holds all values of these rows in
// memory.
func Guess(ctx context.Context, path string, o Options) (*Draft, error) {
	if o.Rows == 0 {
		o.Rows = 100_000
	}
	format, columns, err := findColumns(ctx, rawlog.Format{Name: o.Format}, path)
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
	if err := d.countClicks(ctx); err != nil {
		return nil, err
	}
	d.chooseFields()
	d.chooseSplit()
	if err := d.Schema.Check(); err != nil {
		return nil, &rawlog.SyntaxError{Path: path, Err: fmt.Errorf("no schema fits: %w", err)}
	}
	return &d.Draft, nil
}

// libsvmLine is a line of a libsvm file: a label, and features with their values.
var libsvmLine = regexp.MustCompile(`^[-+]?[01](\.0*)? \d+:\S+( \d+:\S+)*\s*$`)

// findColumns finds the columns of a file. A file whose name does not say its format, and whose first line is one of libsvm,
// is a libsvm file.
func findColumns(ctx context.Context, f rawlog.Format, path string) (rawlog.Format, []rawlog.Column, error) {
	format, columns, err := rawlog.FindColumns(ctx, f, path)
	if err == nil && f.Name == "" && len(columns) == 1 && libsvmLine.MatchString(columns[0].Name) {
		return rawlog.FindColumns(ctx, rawlog.Format{Name: "libsvm"}, path)
	}
	return format, columns, err
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
	rows, err := d.eachRow(ctx, nil, func(values []string) {
		for i, c := range d.columns {
			c.add(values[i])
		}
	})
	if err != nil {
		return err
	}
	if d.rows = rows; rows == 0 {
		return &rawlog.SyntaxError{Path: d.path, Err: rawlog.ErrEmpty}
	}
	if len(d.Schema.Format.Columns) > 0 && d.columns[0].Name == rawlog.MadeUpName(0) {
		d.note("the file has no header line: the names of its columns are made up")
	}
	d.note("Drafted from the first %d rows of %s. Look it over: a file does not say what its columns mean.", rows, filepath.Base(d.path))
	return nil
}

// eachRow calls f for each of the rows to look at, with the cells of the columns, behind those of others; it returns how many
// rows there were.
func (d *guesser) eachRow(ctx context.Context, others []rawlog.Column, f func(values []string)) (rows int, err error) {
	l, err := rawlog.Open(d.Schema.Format, []string{d.path})
	if err != nil {
		return 0, err
	}
	columns := slices.Clone(others)
	for _, c := range d.columns {
		columns = append(columns, c.Column)
	}
	for r, err := range l(ctx, columns, nil) {
		if err != nil {
			return rows, err
		}
		f(r.Values)
		if rows++; rows == d.rows {
			break
		}
	}
	return rows, nil
}

// chooseFields makes fields of the other columns.
func (d *guesser) chooseFields() {
	for _, c := range d.columns {
		if c.Name == d.Schema.Label {
			continue
		}
		if why := c.leak(); why != "" {
			d.note("%s is left out: %s", c.Name, why)
			continue
		}
		if layout := c.layout(); layout != "" {
			d.addTime(c, layout)
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

// addTime makes fields of a time. The first one that goes on splits the log.
func (d *guesser) addTime(c *columnFacts, layout string) {
	for _, what := range []string{"hour", "weekday"} {
		if what == "hour" && !hasHours(layout) {
			continue
		}
		d.Schema.Fields = append(d.Schema.Fields, schema.Field{Name: c.Name + "_" + what, Column: c.Name, Derive: what, Layout: layout})
	}
	switch {
	case d.Schema.Split != nil:
	case len(c.cells) >= timesToSplit:
		d.Schema.Split = &schema.Split{By: "time", Column: c.Name, Layout: layout, Valid: "0.1", Test: "0.1"}
	default:
		d.note("%s has only %d times in these rows, too few to split by", c.Name, len(c.cells))
	}
}

// timesToSplit is how many different times the rows must have for a split by time: the rows of one are never divided.
const timesToSplit = 20

// chooseSplit divides a log that has no times, and notes how the log is divided.
func (d *guesser) chooseSplit() {
	if d.Schema.Split == nil {
		d.Schema.Split = &schema.Split{By: "random", Valid: "0.1", Test: "0.1"}
		d.note("split: the rows are divided at random, which flatters a model if users or items come back; by time or by user is a harder test")
		return
	}
	d.note("split: the last tenth by %s is the test part, the tenth before it the validation part", d.Schema.Split.Column)
}
