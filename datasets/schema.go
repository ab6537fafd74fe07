package datasets

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/goccy/go-yaml"
)

// Schema says what the columns of a log are. As YAML:
//
//	label: click
//	fields:
//	  - {name: site, column: site_id, min_count: 2}
//	  - {name: weekday, column: time, derive: weekday, layout: "2006-01-02 15:04:05"}
//	  - {name: price, kind: numeric, scale: log}
//	  - {name: item}
//	  - {name: history, kind: list, separator: "|", length: 50, shares: item}
type Schema struct {
	// Label is the column of the label, 0 or 1.
	Label string `yaml:"label"`
	// Delimiter separates the columns of a text file: one character. Default: a comma, or a tab
	// for files whose name has .tsv or .txt in it.
	Delimiter string `yaml:"delimiter,omitempty"`
	// Columns names the columns of files that may lack a header line: a first line that does not
	// hold the name of the label is then data. Default: the first line is a header.
	Columns []string `yaml:"columns,omitempty"`
	// Fields are the inputs of the model, in their order.
	Fields []FieldSchema `yaml:"fields"`
}

// FieldSchema describes one field of a Schema.
type FieldSchema struct {
	// Name is the field's own name, unlike that of any other.
	Name string `yaml:"name"`
	// Column is the column it is read from. Default: Name.
	Column string `yaml:"column,omitempty"`
	// Kind is categorical (default), numeric or list.
	Kind string `yaml:"kind,omitempty"`
	// MinCount is how often a value must occur in the training part to get a row of its own.
	// Default 1: every value of the training part.
	MinCount int `yaml:"min_count,omitempty"`
	// Derive makes the value from a time: hour (of the day, 00 to 23) or weekday (0 is Sunday).
	Derive string `yaml:"derive,omitempty"`
	// Layout is how the time is written, as package time has it. Required with Derive.
	Layout string `yaml:"layout,omitempty"`
	// Scale is what becomes of a number x: standard (default), (x-mean)/deviation over the
	// training part; log, the same of sign(x)log(1+|x|); none. An empty cell counts as the mean.
	Scale string `yaml:"scale,omitempty"`
	// Separator stands between the values of a list. Default "|".
	Separator string `yaml:"separator,omitempty"`
	// Length is how many values of a list are kept, the last ones. Required for a list.
	Length int `yaml:"length,omitempty"`
	// Pooling is mean (default) or sum, for a list.
	Pooling string `yaml:"pooling,omitempty"`
	// Shares names an earlier field whose vocabulary and rows this one uses.
	Shares string `yaml:"shares,omitempty"`
}

// LoadSchema reads a YAML file. Unknown keys are errors, which name file and line.
func LoadSchema(path string) (*Schema, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("datasets: schema: %w", err)
	}
	s, err := ParseSchema(text)
	if err != nil {
		return nil, fmt.Errorf("datasets: %s: %w", path, err)
	}
	return s, nil
}

// ParseSchema reads the text of a schema.
func ParseSchema(text []byte) (*Schema, error) {
	var s Schema
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSchema, err)
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSchema, err)
	}
	return &s, nil
}

func (s *Schema) check() error {
	switch {
	case s.Label == "":
		return errors.New("label: no column given")
	case len(s.Fields) == 0:
		return errors.New("fields: none given")
	case len(s.Delimiter) > 1:
		return fmt.Errorf("delimiter: want one character, got %q", s.Delimiter)
	}
	seen := map[string]string{} // kinds by name
	for i := range s.Fields {
		f := &s.Fields[i]
		if err := f.check(seen); err != nil {
			return fmt.Errorf("field %d (%q): %w", i+1, f.Name, err)
		}
		seen[f.Name] = f.Kind
	}
	return nil
}

func (f *FieldSchema) check(earlier map[string]string) error {
	_, taken := earlier[f.Name]
	owner, known := earlier[f.Shares]
	switch {
	case f.Name == "" || taken:
		return errors.New("name: must be given, and unlike that of other fields")
	case !oneOf(f.Kind, "", "categorical", "numeric", "list"):
		return fmt.Errorf("kind: want categorical, numeric or list, got %q", f.Kind)
	case !oneOf(f.Scale, "", "standard", "log", "none"):
		return fmt.Errorf("scale: want standard, log or none, got %q", f.Scale)
	case !oneOf(f.Derive, "", "hour", "weekday"):
		return fmt.Errorf("derive: want hour or weekday, got %q", f.Derive)
	case !oneOf(f.Pooling, "", "mean", "sum"):
		return fmt.Errorf("pooling: want mean or sum, got %q", f.Pooling)
	case f.Derive != "" && f.Layout == "":
		return errors.New("derive: needs the layout of the time")
	case f.MinCount < 0:
		return fmt.Errorf("min_count: must be at least 0, got %d", f.MinCount)
	case f.Kind == "list" && f.Length < 1:
		return fmt.Errorf("length: a list needs at least 1, got %d", f.Length)
	case f.Shares != "" && (!known || owner == "numeric" || f.Kind == "numeric"):
		return fmt.Errorf("shares: %q is not an earlier field with a vocabulary", f.Shares)
	}
	return nil
}

func oneOf(s string, choices ...string) bool {
	for _, c := range choices {
		if s == c {
			return true
		}
	}
	return false
}

func (f *FieldSchema) column() string {
	if f.Column != "" {
		return f.Column
	}
	return f.Name
}

// field is what a data set says of the field, but for its rows.
func (f *FieldSchema) field() Field {
	out := Field{Name: f.Name, Length: f.Length, Shares: f.Shares}
	switch f.Kind {
	case "list":
		out.Kind = List
	case "numeric":
		out.Kind = Numeric
	}
	if f.Pooling == "sum" {
		out.Pooling = Sum
	}
	return out
}
