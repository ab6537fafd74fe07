package rawlog

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Format describes how the files of a log are written. The zero value is right for files whose names
// say their format and whose first line names the columns.
type Format struct {
	// Name is csv, tsv, jsonl, libsvm or parquet; see FormatNames. Default: the format that the
	// name of each file says, as FormatOf returns it.
	Name string `yaml:"format,omitempty"`
	// Delimiter separates the columns of a CSV or TSV file: one character. Default: a comma for
	// CSV, a tab for TSV.
	Delimiter string `yaml:"delimiter,omitempty"`
	// Unquoted makes quotes in a CSV or TSV file text like any other.
	Unquoted bool `yaml:"unquoted,omitempty"`
	// Columns names the columns of CSV or TSV files that may lack a header line: a first line that
	// does not hold all columns that are read, with no others than these or with all of these, is then data. Default:
	// the first line is a header. The columns of a libsvm file are the label and, one after the
	// other, the features of a line.
	Columns []string `yaml:"columns,omitempty"`
}

// fileFormat is one format of files.
type fileFormat struct {
	name    string
	endings []string   // of the names of files in this format
	text    textReader // nil if the format is no text
	// open returns the log of a file.
	open func(f Format, path string) Log
	// find returns the columns of a file. It completes f with what is needed to read them.
	find func(ctx context.Context, f *Format, path string) ([]Column, error)
}

// formats is the table of formats. The first one also reads the files whose names say nothing.
func formats() []fileFormat {
	return []fileFormat{
		textFormat("csv", delimited{","}, ".csv"),
		textFormat("tsv", delimited{"\t"}, ".tsv", ".txt"),
		textFormat("jsonl", jsonLines{}, ".jsonl", ".json"),
		textFormat("libsvm", libsvm{}, ".libsvm", ".svm"),
		{"parquet", []string{".parquet"}, nil, openParquetLog, findParquetColumns},
	}
}

// FormatNames returns the names of the formats.
func FormatNames() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

// FormatOf returns the name of the format that the name of a file says: .tsv and .txt are separated by
// tabs, .jsonl and .json are lines of JSON, .libsvm and .svm are libsvm, .parquet is Parquet, and all
// others are separated by commas. A further .gz, .zst or .bz2 does not matter.
func FormatOf(path string) string {
	all := formats()
	at := slices.IndexFunc(all, func(f fileFormat) bool { return slices.Contains(f.endings, ending(path)) })
	return all[max(0, at)].name
}

// ending returns the ending of a file's name, in lower case, without that of its packing.
func ending(path string) string {
	name := strings.ToLower(filepath.Base(path))
	for _, packed := range []string{".gz", ".zst", ".bz2"} {
		name = strings.TrimSuffix(name, packed)
	}
	return filepath.Ext(name)
}

// of returns the format of a file.
func (f Format) of(path string) (fileFormat, error) {
	if f.Name == "" {
		f.Name = FormatOf(path)
	}
	if err := f.Check(); err != nil {
		return fileFormat{}, fmt.Errorf("datasets: %s: %w", path, err)
	}
	all := formats()
	return all[slices.IndexFunc(all, func(one fileFormat) bool { return one.name == f.Name })], nil
}

// Check returns an error that names the key of a value that is not allowed.
func (f Format) Check() error {
	switch names := FormatNames(); {
	case f.Name != "" && !slices.Contains(names, f.Name):
		last := len(names) - 1
		return fmt.Errorf("format: want %s or %s, got %q", strings.Join(names[:last], ", "), names[last], f.Name)
	case len(f.Delimiter) > 1 || f.Delimiter != "" && !isDelimiter(f.Delimiter[0]):
		return fmt.Errorf("delimiter: want one character, not a quote or the end of a line, got %q", f.Delimiter)
	}
	return nil
}

func isDelimiter(c byte) bool { return c < 0x80 && c != '"' && c != '\r' && c != '\n' && c != 0 }

// FindColumns returns the columns of a file, those of lists with a Separator, and the given format
// completed with what is needed to read them: the delimiter, or the names of the columns of a libsvm
// file. Columns of a CSV or TSV file whose first line holds a number, and so is no header, get made-up names. A file of JSON lines or libsvm is looked at up to line
// 1000.
func FindColumns(ctx context.Context, f Format, path string) (Format, []Column, error) {
	format, err := f.of(path)
	if err != nil {
		return f, nil, err
	}
	columns, err := format.find(ctx, &f, path)
	return f, columns, err
}
