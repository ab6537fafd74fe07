package datasets

import (
	"bytes"
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
//	split: {by: time, column: time, layout: "2006-01-02 15:04:05", test: 1d}
type Schema struct {
	// Label is the column of the label, 0 or 1.
	Label string `yaml:"label"`
	// Format is csv, tsv, jsonl, libsvm or parquet. Default: what the file's name says; csv if it
	// says nothing.
	Format string `yaml:"format,omitempty"`
	// Delimiter separates the columns of a text file: one character. Default: a comma, or a tab
	// for files whose name has .tsv or .txt in it.
	Delimiter string `yaml:"delimiter,omitempty"`
	// Unquoted says that quotes in a text file are text like any other.
	Unquoted bool `yaml:"unquoted,omitempty"`
	// Columns names the columns of files that may lack a header line: a first line that does not
	// hold the name of the label is then data. Default: the first line is a header. Those of a
	// libsvm file are the label and, one after the other, the features of a line.
	Columns []string `yaml:"columns,omitempty"`
	// Fields are the inputs of the model, in their order.
	Fields []FieldSchema `yaml:"fields"`
	// Split divides a log that is not in parts already. Default: all of it is for training.
	Split *Split `yaml:"split,omitempty"`
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
	// OutOfVocabulary says what becomes of values that have no row of their own: they share row 0,
	// trained (default) on the values that min_count cut off, or they count as zero, and in a list
	// as absent.
	OutOfVocabulary string `yaml:"oov,omitempty"`
	// Hash, if positive, numbers the values without a vocabulary, into so many buckets: id
	// 1 + FNV-1a(value) mod Hash, with the 64-bit hash of the value's bytes. Row 0 stays unused.
	Hash int `yaml:"hash,omitempty"`
	// Bins turns a number into the bin it lies in: at most the first edge, above the first and at
	// most the second, ..., above the last. An empty cell is a bin of its own. Edges must rise.
	Bins []float64 `yaml:"bins,omitempty,flow"`
	// Derive makes the value from a time: hour (of the day, 00 to 23), weekday (0 is Sunday) or
	// weekend (1 on Saturday and Sunday, else 0); or from a user agent: os_browser, as windows_ie.
	Derive string `yaml:"derive,omitempty"`
	// Layout is how the time is written, as package time has it, or unix or unix_ms for seconds or
	// milliseconds since 1970. A layout that ends with 05000 has milliseconds right behind the
	// seconds. Required to derive from a time.
	Layout string `yaml:"layout,omitempty"`
	// Scale is what becomes of a number x: standard (default), (x-mean)/deviation over the
	// training part; log, the same of sign(x)log(1+|x|); none. An empty cell counts as the mean.
	Scale string `yaml:"scale,omitempty"`
	// Separator stands between the values of a list. Default "|". The empty text is the
	// empty list.
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

func (f *FieldSchema) column() string {
	if f.Column != "" {
		return f.Column
	}
	return f.Name
}

func (f *FieldSchema) separator() string {
	if f.Separator != "" {
		return f.Separator
	}
	return "|"
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
