package known

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// amazonEntry reads the reviews of a category of Amazon and the meta file of its items, in the
// layouts of 2014 (reviews in JSON, items as Python literals), 2018 and 2023 (JSON).
//
// Samples are those of DIN: the reviews of a user in the order of time; for each but the first a
// positive, and with it a negative, an item that the user never reviewed, drawn uniformly from all
// items with reviews, or, as in DIEN (Negatives "popular"), from the reviews. The category is the
// finest one in the meta file. Splits: last (default), the last pair of every user for test; last-two,
// also the pair before for validation.
//
// Memory holds 16 bytes for each review and the names of users and items, besides what a raw log
// takes.
//
// amazon has lists for the history, of at most 100 items.
func amazonEntry() Entry {
	return Entry{Name: "amazon", Schema: amazonSchema(amazonFields), Logs: openAmazon}
}

// amazonLastEntry reads the same files as amazon. It has single values only: the last two items.
func amazonLastEntry() Entry {
	return Entry{Name: "amazon-last", Schema: amazonSchema(amazonLastFields), Logs: openAmazon}
}

func amazonFields() []schema.Field {
	return append(amazonOffer(),
		schema.Field{Name: "item_history", Kind: "list", Length: amazonListLength, Shares: "item"},
		schema.Field{Name: "category_history", Kind: "list", Length: amazonListLength, Shares: "category"},
		schema.Field{Name: "last_item", Shares: "item"},
		schema.Field{Name: "last_category", Shares: "category"},
	)
}

func amazonLastFields() []schema.Field {
	return append(amazonOffer(),
		schema.Field{Name: "last_item", Shares: "item"},
		schema.Field{Name: "last_category", Shares: "category"},
		schema.Field{Name: "last_brand", Shares: "brand"},
		schema.Field{Name: "previous_item", Shares: "item"},
	)
}

// amazonOffer returns the fields of the user, the item, the number of earlier reviews, and the days since the
// last one.
func amazonOffer() []schema.Field {
	return []schema.Field{
		{Name: "user"}, {Name: "item"}, {Name: "category"}, {Name: "brand"},
		{Name: "history_length", Bins: []float64{1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100}},
		{Name: "day_gap", Bins: []float64{0, 1, 3, 7, 14, 30, 60, 90, 180, 365, 730}},
	}
}

// amazonSchema returns the Schema of an Entry with some fields. Fields with a vocabulary of their own get the
// MinCount.
func amazonSchema(fields func() []schema.Field) func(encode.Choices) (*schema.Schema, error) {
	return func(c encode.Choices) (*schema.Schema, error) {
		s := &schema.Schema{Label: "label", Fields: fields()}
		for i := range s.Fields {
			if s.Fields[i].Shares == "" && s.Fields[i].Bins == nil {
				s.Fields[i].MinCount = c.MinCount
			}
		}
		return s, nil
	}
}

// openAmazon returns logs that read the files when the training part is asked for.
func openAmazon(_ context.Context, paths []string, c encode.Choices) (rawlog.Logs, error) {
	if !slices.Contains([]string{"", "last", "last-two"}, c.Split) {
		return rawlog.Logs{}, fmt.Errorf("datasets: amazon: unknown split %q; known: last, last-two", c.Split)
	}
	if !slices.Contains([]string{"", "uniform", "popular"}, c.Negatives) {
		return rawlog.Logs{}, fmt.Errorf("datasets: amazon: unknown negatives %q; known: uniform, popular", c.Negatives)
	}
	a := &amazon{choices: c, paths: paths}
	l := rawlog.Logs{
		Train: a.part(func(n int) (from, to int) { return 1, n - 1 }),
		Test:  a.part(func(n int) (from, to int) { return n - 1, n }),
	}
	if c.Split == "last-two" {
		l.Train = a.part(func(n int) (from, to int) { return 1, n - 2 })
		l.Valid = a.part(func(n int) (from, to int) { return n - 2, n - 1 })
	}
	return l, nil
}

// amazon has the files, and the samples that were made of them once they were read.
type amazon struct {
	choices encode.Choices
	paths   []string
	sampler *amazonSampler
}

// part returns the log of some reviews of every user.
func (a *amazon) part(pick func(reviews int) (from, to int)) rawlog.Log {
	return func(ctx context.Context, columns []rawlog.Column, meter *rawlog.Meter) iter.Seq2[*rawlog.Record, error] {
		return func(yield func(*rawlog.Record, error) bool) {
			err := a.read(ctx, meter, func(err error) bool { return yield(nil, err) })
			if err == errStopped {
				return
			}
			path := strings.Join(a.paths, ", ")
			for _, column := range columns {
				if amazonColumns[column.Name] == nil && err == nil {
					err = &rawlog.SyntaxError{Path: path, Column: column.Name, Err: rawlog.ErrUnknownColumn}
				}
			}
			if err != nil {
				yield(nil, err)
				return
			}
			r := &rawlog.Record{Path: path, Values: make([]string, len(columns))}
			a.sampler.each(pick, func(o *offer) bool {
				for i, column := range columns {
					r.Values[i] = amazonColumns[column.Name](o)
				}
				return yield(r, nil)
			})
		}
	}
}

// read reads the files, the first time. See amazonLog.read.
func (a *amazon) read(ctx context.Context, meter *rawlog.Meter, skip func(error) bool) error {
	if a.sampler != nil {
		return nil
	}
	l := &amazonLog{users: datasets.NewVocabularyBuilder(), items: datasets.NewVocabularyBuilder(), facts: map[string]amazonItem{}}
	if err := l.read(ctx, a.paths, meter, skip); err != nil {
		return err
	}
	a.sampler = newAmazonSampler(l, a.choices)
	return nil
}
