package drift

import (
	"context"
	"iter"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/internal/hash"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// Day counts the values of a day's rows. It is for one goroutine.
type Day struct {
	schema *schema.Schema
	known  func(field int, value string) bool // nil: nothing is known
	cells  []*encode.CellReader               // by field
	counts Counts
}

// NewDay begins a day of a log. Known reports whether a value of the field of a place in the schema has a row of its own;
// nil, on the first day, means that it is not known of any.
func NewDay(s *schema.Schema, known func(field int, value string) bool) *Day {
	d := &Day{schema: s, known: known}
	for i := range s.Fields {
		f := &s.Fields[i]
		counts := FieldCounts{Name: f.Name}
		if f.Kind == "numeric" {
			counts.Numbers = &Numbers{}
		} else {
			counts.Buckets = make([]int, hashBuckets)
		}
		d.cells, d.counts.Fields = append(d.cells, encode.NewCellReader(f)), append(d.counts.Fields, counts)
	}
	return d
}

// Known returns what NewDay asks for: whether the vocabularies of an encoding have a value. Every value of a field with
// hash buckets counts as known.
func Known(x *datasets.Encoding) func(field int, value string) bool {
	return func(field int, value string) bool {
		v := x.Vocabularies[field]
		return v == nil || v.ID(value) != 0
	}
}

// Counts returns the counts so far.
func (d *Day) Counts() *Counts { return &d.counts }

// Add counts a value of the field of a place in the schema, n times.
func (d *Day) Add(field int, value string, n int) {
	f := &d.counts.Fields[field]
	f.Buckets[hash.Mix(hash.FNV64(value))%hashBuckets] += n
	switch {
	case d.known == nil:
	case d.known(field, value):
		f.Known += n
	default:
		f.Unknown += n
	}
}

// AddNumber counts a number of the field of a place in the schema; NaN means an empty cell.
func (d *Day) AddNumber(field int, x float64) { d.counts.Fields[field].Numbers.add(x) }

// Tap returns the same log, whose records the day counts as they are read: to read it twice counts twice. A cell that
// means nothing, such as a text in the place of a number, is not counted. Who reads the records sees it, and the error
// is theirs to find.
func (d *Day) Tap(l rawlog.Log) rawlog.Log {
	return func(ctx context.Context, columns []rawlog.Column, meter *rawlog.Meter) iter.Seq2[*rawlog.Record, error] {
		all, at := d.columns(columns)
		return func(yield func(*rawlog.Record, error) bool) {
			var asked rawlog.Record
			for r, err := range l(ctx, all, meter) {
				if err == nil {
					d.count(r.Values, at)
					asked = rawlog.Record{Path: r.Path, Line: r.Line, Values: r.Values[:len(columns)]}
					r = &asked
				}
				if !yield(r, err) {
					return
				}
			}
		}
	}
}

// columns adds to some columns those of the fields, where they lack, and returns the place of each field's.
func (d *Day) columns(asked []rawlog.Column) (all []rawlog.Column, at []int) {
	all = slices.Clone(asked)
	for i := range d.schema.Fields {
		column := d.schema.Fields[i].RawColumn()
		place := slices.IndexFunc(all, func(c rawlog.Column) bool { return c.Name == column.Name })
		if place < 0 {
			place, all = len(all), append(all, column)
		}
		at = append(at, place)
	}
	return all, at
}

// count counts the cells of a record.
func (d *Day) count(cells []string, at []int) {
	for i := range d.schema.Fields {
		cell := cells[at[i]]
		switch d.schema.Fields[i].Kind {
		case "numeric":
			if x, err := schema.ParseNumber(cell); err == nil {
				d.AddNumber(i, x)
			}
		case "list":
			for value := range d.cells[i].List(cell) {
				d.Add(i, value, 1)
			}
		default:
			if value, err := d.cells[i].Value(cell); err == nil {
				d.Add(i, value, 1)
			}
		}
	}
}
