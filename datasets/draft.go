package datasets

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
)

// Draft is a schema to begin with. Whoever knows the log looks it over: a file does not tell what
// its columns mean.
type Draft struct {
	Schema *Schema
	Notes  []string // what was left out or guessed, and why
}

// DraftOptions say how a schema is drafted.
type DraftOptions struct {
	Format string // as of a Schema. Default: what the file's name says
	Label  string // column of the label. Default: one that is named so and holds only 0 and 1
	Rows   int    // how many rows to look at, from the first one on. Default 100,000
}

// DraftSchema looks at the first rows of a file, which must have a header line if it is CSV or TSV,
// and guesses the label, the kinds of fields, times and min_count. All values of these rows are
// held in memory.
func DraftSchema(ctx context.Context, path string, o DraftOptions) (*Draft, error) {
	if o.Rows == 0 {
		o.Rows = 100_000
	}
	d := &drafter{path: path, rows: o.Rows, label: o.Label}
	d.Schema = &Schema{Format: o.Format}
	var err error
	if d.columns, err = d.Schema.findColumns(ctx, path); err != nil {
		return nil, err
	}
	if err := d.look(ctx); err != nil {
		return nil, err
	}
	if err := d.chooseLabel(); err != nil {
		return nil, err
	}
	d.chooseFields()
	if err := d.Schema.check(); err != nil {
		return nil, &SyntaxError{Path: path, Err: fmt.Errorf("no schema fits: %w", err)}
	}
	return &d.Draft, nil
}

// YAML is the text of the schema, with the notes as comments.
func (d *Draft) YAML() ([]byte, error) {
	text, err := yaml.Marshal(d.Schema)
	if err != nil {
		return nil, fmt.Errorf("datasets: schema: %w", err)
	}
	var b bytes.Buffer
	for _, note := range d.Notes {
		fmt.Fprintf(&b, "# %s\n", strings.ReplaceAll(note, "\n", " "))
	}
	b.Write(text)
	return b.Bytes(), nil
}

// drafter makes a draft.
type drafter struct {
	Draft
	path    string
	rows    int // to look at, and then those there were
	label   string
	columns []*columnFacts
}

func (d *drafter) note(format string, arguments ...any) {
	d.Notes = append(d.Notes, fmt.Sprintf(format, arguments...))
}

// look gathers what the rows tell of the columns.
func (d *drafter) look(ctx context.Context) error {
	l, err := openLog(d.Schema, d.path)
	if err != nil {
		return err
	}
	var names []string
	for _, c := range d.columns {
		names = append(names, c.name)
	}
	rows := 0
	for r, err := range l(ctx, names) {
		if err != nil {
			return err
		}
		for i, c := range d.columns {
			c.add(r.values[i])
		}
		if rows++; rows == d.rows {
			break
		}
	}
	if d.rows = rows; rows == 0 {
		return &SyntaxError{Path: d.path, Err: ErrEmpty}
	}
	d.note("Drafted from the first %d rows of %s. Look it over: a file does not tell what its columns mean.", rows, filepath.Base(d.path))
	return nil
}

// labelNames are what labels are mostly called, in lower case.
var labelNames = []string{"click", "clicked", "clk", "is_click", "label", "y", "target"}

// chooseLabel finds the column of the label.
func (d *drafter) chooseLabel() error {
	var binary []string
	for _, c := range d.columns {
		if c.isBinary() {
			binary = append(binary, c.name)
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
			return &SyntaxError{Path: d.path, Column: d.label, Err: ErrLabel}
		}
	}
	return &SyntaxError{Path: d.path, Err: fmt.Errorf("no column holds only 0 and 1: %w", ErrLabel)}
}

// chooseFields makes fields of the other columns.
func (d *drafter) chooseFields() {
	for _, c := range d.columns {
		if c.name == d.Schema.Label {
			continue
		}
		if layout := c.layout(); layout != "" {
			d.addTime(c.name, layout)
			continue
		}
		switch f, why := c.field(); {
		case f == nil:
			d.note("%s is left out: %s", c.name, why)
		default:
			if d.Schema.Fields = append(d.Schema.Fields, *f); why != "" {
				d.note("%s: %s", c.name, why)
			}
		}
	}
}

// addTime makes fields of a time; the first one also splits the log.
func (d *drafter) addTime(column, layout string) {
	for _, what := range []string{"hour", "weekday"} {
		if what == "hour" && !hasHours(layout) {
			continue
		}
		d.Schema.Fields = append(d.Schema.Fields, FieldSchema{Name: column + "_" + what, Column: column, Derive: what, Layout: layout})
	}
	if d.Schema.Split == nil {
		d.Schema.Split = &Split{By: "time", Column: column, Layout: layout, Test: "0.1"}
	}
}
