package page

import (
	"fmt"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
)

// description is what a model is.
type description struct {
	Name     string                 `json:"name"`
	Version  string                 `json:"version"`
	Versions []string               `json:"versions"` // that can be served, the newest last
	Model    checkpoint.ModelRecord `json:"model"`
	Solver   string                 `json:"solver"`
	Dense    int                    `json:"dense"`  // values in the layers
	Tables   int                    `json:"tables"` // values in the embedding tables
	Rows     int                    `json:"rows"`   // of fields that have rows of their own
	Fields   []field                `json:"fields"`
	Columns  []column               `json:"columns"`
	History  []metrics.Epoch        `json:"history"`
}

// field is an input of the model.
type field struct {
	Name   string   `json:"name"`
	Column string   `json:"column"`
	Kind   string   `json:"kind"`
	Rows   int      `json:"rows"`  // 0 for a number
	Notes  []string `json:"notes"` // how its cells become ids or a number
}

// describe describes the version of a model that is served.
func describe(s *serve.Server, name string) (d description, err error) {
	var failed error
	err = s.Describe(name, "", func(l serve.Loaded) {
		d.Name, d.Version, d.Solver, d.History = name, l.Version, l.Trained.Solver, append([]metrics.Epoch{}, l.Trained.History...)
		d.Model, failed = checkpoint.RecordModel(l.Trained.Model)
		d.Dense, d.Tables = l.Trained.Weights.Count()
		d.Fields, d.Rows = describeFields(l.Trained.Encoding.Schema, l.Trained.Fields)
		d.Columns = describeColumns(&l)
	})
	if err == nil {
		err = failed
	}
	if err == nil {
		d.Versions, err = s.Versions(name)
	}
	return d, err
}

func describeFields(s *schema.Schema, fields []datasets.Field) (list []field, rows int) {
	for i := range s.Fields {
		f := &s.Fields[i]
		list = append(list, field{f.Name, f.RawColumn().Name, kind(f.Kind), fields[i].Rows, notes(f)})
		if f.Shares == "" {
			rows += fields[i].Rows
		}
	}
	return list, rows
}

// kind names the kind of a field, of which "" is the first.
func kind(k string) string {
	if k == "" {
		return "categorical"
	}
	return k
}

// notes say in words what the schema says of a field beside its name and kind.
func notes(f *schema.Field) []string {
	list := []string{}
	note := func(isSo bool, format string, a ...any) {
		if isSo {
			list = append(list, fmt.Sprintf(format, a...))
		}
	}
	note(f.FromTime(), "%s of a time written as %s", f.Derive, f.Layout)
	note(f.Derive == "os_browser", "%s of a user agent", f.Derive)
	note(f.Derive == "log_square", "%s of a number", f.Derive)
	note(len(f.Bins) > 0, "bins at %s", strings.Trim(fmt.Sprint(f.Bins), "[]"))
	note(f.Kind == "list", "the last %d values, %s", f.Length, pooling(f.Pooling))
	note(f.Kind == "numeric" && f.Scale != "", "scale %s", f.Scale)
	note(f.Shares != "", "rows of %s", f.Shares)
	note(f.Hash > 0, "%d hash buckets", f.Hash)
	note(f.MinCount > 1, "values that occur at least %d times", f.MinCount)
	note(f.OutOfVocabulary != "", "unknown values: %s", f.OutOfVocabulary)
	return list
}

func pooling(p string) string {
	if p == "" {
		return "mean"
	}
	return p
}
