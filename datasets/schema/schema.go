package schema

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/internal/safeyaml"
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
	// Labels says what the values of the label mean, 1 or 0, if they are others than 0 and 1, such as {yes: 1, no: 0}.
	Labels map[string]int `yaml:"labels,omitempty"`
	// Weight is the column of the weights of the samples, in loss and metrics: numbers of at least 0. Default: every sample
	// weighs 1. Vocabularies, scales and splits count samples, whatever they weigh.
	Weight string `yaml:"weight,omitempty"`
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
	// weekend (1 on Saturday and Sunday, else 0); from a user agent: os_browser, as windows_ie; or from a count: log_square,
	// floor(ln(x)^2) of a number x above 2, =x of another, cut to a whole number. An empty count is a value of its own.
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
	text, err := safefile.ReadInput(path)
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
	if err := safeyaml.Decode(text, &s, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err := s.Check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return &s, nil
}

// YAML returns the text of the schema, which Parse reads as the same schema; that is checked. A schema that cannot be
// written so is an ErrInvalid.
func (s *Schema) YAML() ([]byte, error) {
	text, err := s.text()
	if err == nil {
		return text, nil
	}
	// The YAML library does not quote a tab or a control character. JSON, which is YAML too, does.
	return s.JSON()
}

// JSON is YAML in the form of JSON.
func (s *Schema) JSON() ([]byte, error) { return s.text(yaml.JSON()) }

// text writes the schema, and finds out whether it is what the text says.
func (s *Schema) text(options ...yaml.EncodeOption) ([]byte, error) {
	text, err := yaml.MarshalWithOptions(s, options...)
	if err != nil {
		return nil, fmt.Errorf("datasets: schema: %w", err)
	}
	again, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	if !reflect.DeepEqual(again, s.withoutEmpty()) {
		return nil, fmt.Errorf("datasets: %w: it does not survive being written:\n%s", ErrInvalid, text)
	}
	return text, nil
}

// Columns returns the columns that a sample is read from, each once: the label's first, then those of the fields and
// of the weight.
func (s *Schema) Columns() []rawlog.Column {
	list := []rawlog.Column{{Name: s.Label}}
	for i := range s.Fields {
		column := s.Fields[i].RawColumn()
		if !slices.ContainsFunc(list, func(c rawlog.Column) bool { return c.Name == column.Name }) {
			list = append(list, column)
		}
	}
	if s.Weight != "" && !slices.ContainsFunc(list, func(c rawlog.Column) bool { return c.Name == s.Weight }) {
		list = append(list, rawlog.Column{Name: s.Weight})
	}
	return list
}

// withoutEmpty returns the schema with nil for empty lists, as Parse makes them.
func (s *Schema) withoutEmpty() *Schema {
	x := *s
	x.Fields = slices.Clone(s.Fields)
	for i := range x.Fields {
		if f := &x.Fields[i]; len(f.Bins) == 0 {
			f.Bins = nil
		}
	}
	if len(x.Format.Columns) == 0 {
		x.Format.Columns = nil
	}
	return &x
}

// LabelOf returns what a value of the label means, 0 or 1; false if it means nothing.
func (s *Schema) LabelOf(value string) (label int, ok bool) {
	if s.Labels != nil {
		label, ok = s.Labels[value]
		return label, ok
	}
	switch value {
	case "0":
		return 0, true
	case "1":
		return 1, true
	}
	return 0, false
}

// LabelError is that of a label that means nothing: it wraps ErrLabel.
func (s *Schema) LabelError() error {
	if s.Labels == nil {
		return ErrLabel
	}
	return fmt.Errorf("%w, or one of labels: %s", ErrLabel, strings.Join(slices.Sorted(maps.Keys(s.Labels)), ", "))
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

// FromTime reports whether the field is derived from a time, which needs a Layout.
func (f *Field) FromTime() bool { return oneOf(f.Derive, "hour", "weekday", "weekend") }

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
