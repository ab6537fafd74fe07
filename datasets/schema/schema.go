package schema

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/goccy/go-yaml"
)

// Schema describes the columns of a log. As YAML:
//
//	label: click
//	fields:
//	  - {name: site, column: site_id, min_count: 2}
//	  - {name: weekday, column: time, derive: weekday, layout: "2006-01-02 15:04:05"}
//	  - {name: price, kind: numeric, scale: log}
//	  - {name: item}
//	  - {name: history, kind: list, separator: "|", length: 50, shares: item}
//	split: {by: time, column: time, layout: "2006-01-02 15:04:05", test: 1d}
type Schema struct {
	// Label is the column of the label, 0 or 1.
	Label string `yaml:"label"`
	// Format describes how the files are written. Its keys, format, delimiter, unquoted and columns,
	// are keys of the schema.
	Format rawlog.Format `yaml:",inline"`
	// Fields are the inputs of the model, in their order.
	Fields []Field `yaml:"fields"`
	// Split divides a log that is not in parts already. Default: all of it is for training.
	Split *Split `yaml:"split,omitempty"`
}

// Field describes one field of a Schema.
type Field struct {
	// Name is the field's own name, different from that of any other field.
	Name string `yaml:"name"`
	// Column is the column that the field is read from. Default: Name.
	Column string `yaml:"column,omitempty"`
	// Kind is categorical (default), numeric or list.
	Kind string `yaml:"kind,omitempty"`
	// MinCount is how often a value must occur in the training part to get a row of its own.
	// Default 1: every value of the training part.
	MinCount int `yaml:"min_count,omitempty"`
	// OutOfVocabulary is trained (default): values that have no row of their own share row 0, which is
	// trained on the values that min_count cut off; or zero: they count as zero, and in a list as
	// absent.
	OutOfVocabulary string `yaml:"oov,omitempty"`
	// Hash, if positive, is a number of buckets that replace the vocabulary: a value has the id
	// 1 + FNV-1a(value) mod Hash, with the 64-bit hash of the value's bytes. Row 0 stays unused.
	Hash int `yaml:"hash,omitempty"`
	// Bins turns a number into the bin that it is in: at most the first edge, above the first and at
	// most the second, ..., above the last. An empty cell is a bin of its own. Edges must rise.
	Bins []float64 `yaml:"bins,omitempty,flow"`
	// Derive computes the value from a time: hour (of the day, 00 to 23), weekday (0 is Sunday) or
	// weekend (1 on Saturday and Sunday, else 0); or from a user agent: os_browser, as windows_ie.
	Derive string `yaml:"derive,omitempty"`
	// Layout is how the time is written: a layout of package time, or unix or unix_ms for seconds or
	// milliseconds since 1970. A layout that ends with 05000 has milliseconds right behind the
	// seconds. Required to derive from a time.
	Layout string `yaml:"layout,omitempty"`
	// Scale is standard (default): a number x becomes (x-mean)/deviation over the training part; log:
	// the same with sign(x)log(1+|x|) for x; or none: x stays. An empty cell counts as the mean.
	Scale string `yaml:"scale,omitempty"`
	// Separator goes between the values of a list. Default "|". The empty text is the empty list.
	Separator string `yaml:"separator,omitempty"`
	// Length is how many values of a list are kept, the last ones. Required for a list.
	Length int `yaml:"length,omitempty"`
	// Pooling is mean (default) or sum, for a list.
	Pooling string `yaml:"pooling,omitempty"`
	// Shares names an earlier field whose vocabulary and rows this field uses.
	Shares string `yaml:"shares,omitempty"`
}

// Load reads a schema from a YAML file. An unknown key is an error, which names file and line.
func Load(path string) (*Schema, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("datasets: schema: %w", err)
	}
	s, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("datasets: %s: %w", path, err)
	}
	return s, nil
}

// Parse reads a schema from its YAML text.
func Parse(text []byte) (*Schema, error) {
	var s Schema
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err := s.Check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return &s, nil
}

// YAML returns the text of the schema, which Parse reads as the same schema.
func (s *Schema) YAML() ([]byte, error) {
	text, err := yaml.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("datasets: schema: %w", err)
	}
	if again, err := Parse(text); err == nil && reflect.DeepEqual(again, s) {
		return text, nil
	}
	// The YAML library does not quote a tab or a control character. JSON, which is YAML too, does.
	if text, err = yaml.MarshalWithOptions(s, yaml.JSON()); err != nil {
		return nil, fmt.Errorf("datasets: schema: %w", err)
	}
	return text, nil
}

// Columns returns the columns that a sample is read from, each once: the label's first, then those of the fields.
func (s *Schema) Columns() []rawlog.Column {
	list := []rawlog.Column{{Name: s.Label}}
	for i := range s.Fields {
		column := s.Fields[i].RawColumn()
		if !slices.ContainsFunc(list, func(c rawlog.Column) bool { return c.Name == column.Name }) {
			list = append(list, column)
		}
	}
	return list
}

// Owner returns the place of the field whose vocabulary the field at a place uses: mostly its own.
func (s *Schema) Owner(field int) int {
	shares := s.Fields[field].Shares
	if shares == "" {
		return field
	}
	return slices.IndexFunc(s.Fields, func(f Field) bool { return f.Name == shares })
}

// Undivided returns the schema of the same log without a split.
func (s *Schema) Undivided() *Schema {
	all := *s
	all.Split = nil
	return &all
}

// RawColumn returns the column that the field is read from. It has a separator if the field is a list.
func (f *Field) RawColumn() rawlog.Column {
	c := rawlog.Column{Name: f.Column}
	if f.Column == "" {
		c.Name = f.Name
	}
	if f.Kind == "list" {
		c.Separator = f.Separator
		if f.Separator == "" {
			c.Separator = rawlog.DefaultSeparator
		}
	}
	return c
}
