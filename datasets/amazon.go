package datasets

import (
	"context"
	"fmt"
	"iter"
	"strings"
)

// amazonLoaders read the reviews of a category of Amazon and the meta file of its items, in the
// layouts of 2014 (reviews in JSON, items as Python literals), 2018 and 2023 (JSON).
//
// Samples are those of DIN: the reviews of a user in the order of time; for each but the first a
// positive, and with it a negative, an item that the user never reviewed, drawn uniformly from all
// items with reviews, or, as in DIEN (Negatives "popular"), from the reviews. The category is the
// finest one that the meta file tells. Splits: last (default), the last pair of every user for
// test; last-two, also the pair before for validation.
//
// Memory holds 16 bytes for each review and the names of users and items, besides what a raw log
// takes.
//
// amazon has lists for the history, of at most 100 items; amazon-last has single values only: the
// last two items.
func amazonLoaders() []loader {
	return []loader{
		{name: "amazon", schema: amazonSchema(amazonFields()), open: openAmazon},
		{name: "amazon-last", schema: amazonSchema(amazonLastFields()), open: openAmazon},
	}
}

func amazonFields() []FieldSchema {
	return append(amazonOffer(),
		FieldSchema{Name: "item_history", Kind: "list", Length: amazonListLength, Shares: "item"},
		FieldSchema{Name: "category_history", Kind: "list", Length: amazonListLength, Shares: "category"},
		FieldSchema{Name: "last_item", Shares: "item"},
		FieldSchema{Name: "last_category", Shares: "category"},
	)
}

func amazonLastFields() []FieldSchema {
	return append(amazonOffer(),
		FieldSchema{Name: "last_item", Shares: "item"},
		FieldSchema{Name: "last_category", Shares: "category"},
		FieldSchema{Name: "last_brand", Shares: "brand"},
		FieldSchema{Name: "previous_item", Shares: "item"},
	)
}

// amazonOffer are the fields of the user, of the item, and of how long ago what was reviewed.
func amazonOffer() []FieldSchema {
	return []FieldSchema{
		{Name: "user"}, {Name: "item"}, {Name: "category"}, {Name: "brand"},
		{Name: "history_length", Bins: []float64{1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100}},
		{Name: "day_gap", Bins: []float64{0, 1, 3, 7, 14, 30, 60, 90, 180, 365, 730}},
	}
}

func amazonSchema(fields []FieldSchema) func(LoadOptions) (*Schema, error) {
	return func(o LoadOptions) (*Schema, error) {
		s := &Schema{Label: "label", Fields: fields}
		for i := range s.Fields {
			if s.Fields[i].Shares == "" && s.Fields[i].Bins == nil {
				s.Fields[i].MinCount = o.MinCount
			}
		}
		return s, nil
	}
}

// openAmazon reads the files when the training part is asked for.
func openAmazon(_ context.Context, paths []string, o LoadOptions) (logs, error) {
	if !oneOf(o.Split, "", "last", "last-two") {
		return logs{}, fmt.Errorf("datasets: amazon: unknown split %q; known: last, last-two", o.Split)
	}
	if !oneOf(o.Negatives, "", "uniform", "popular") {
		return logs{}, fmt.Errorf("datasets: amazon: unknown negatives %q; known: uniform, popular", o.Negatives)
	}
	a := &amazon{options: o, paths: paths}
	l := logs{
		Train: a.part(func(n int) (from, to int) { return 1, n - 1 }),
		Test:  a.part(func(n int) (from, to int) { return n - 1, n }),
	}
	if o.Split == "last-two" {
		l.Train = a.part(func(n int) (from, to int) { return 1, n - 2 })
		l.Valid = a.part(func(n int) (from, to int) { return n - 2, n - 1 })
	}
	return l, nil
}

// amazon is the files, and what they told once they were read.
type amazon struct {
	options LoadOptions
	paths   []string
	sampler *amazonSampler
}

// part is the log of some reviews of every user.
func (a *amazon) part(pick func(reviews int) (from, to int)) log {
	return func(ctx context.Context, columns []string) iter.Seq2[*record, error] {
		return func(yield func(*record, error) bool) {
			err := a.read(ctx, func(err error) bool { return yield(nil, err) })
			if err == errStopped {
				return
			}
			path := strings.Join(a.paths, ", ")
			for _, name := range columns {
				if amazonColumns[name] == nil && err == nil {
					err = &SyntaxError{Path: path, Column: name, Err: ErrUnknownColumn}
				}
			}
			if err != nil {
				yield(nil, err)
				return
			}
			r := &record{path: path, values: make([]string, len(columns))}
			a.sampler.each(pick, func(o *offer) bool {
				for i, name := range columns {
					r.values[i] = amazonColumns[name](o)
				}
				return yield(r, nil)
			})
		}
	}
}

// read reads the files, the first time.
func (a *amazon) read(ctx context.Context, tell func(error) bool) error {
	if a.sampler != nil {
		return nil
	}
	l := &amazonLog{users: newVocabulary(), items: newVocabulary(), facts: map[string]amazonItem{}}
	if err := l.read(ctx, a.paths, tell); err != nil {
		return err
	}
	a.sampler = newAmazonSampler(l, a.options)
	return nil
}
