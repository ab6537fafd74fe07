package known

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// Criteo returns the schema of train.txt of the Display Advertising Challenge (Kaggle and Criteo, 2014): tab-separated,
// without a header, the label, 13 counts and 26 categories. Any cell but the label may be empty, which is a value of its own.
//
// The counts become categories as in the winners' solution (Juan, Zhuang and Chin, 3 Idiots' Approach): floor(ln(x)^2) of a
// count above 2, others as they are. FuxiCTR's convert_to_bucket differs in two ways: there 3 and 4 share a bucket with 1, and
// an empty count is a 0.
func Criteo() *schema.Schema {
	s := &schema.Schema{
		Label:  "label",
		Format: rawlog.Format{Name: "tsv", Unquoted: true, Columns: []string{"label"}},
		Split:  &schema.Split{By: "random", Valid: "0.1", Test: "0.1"},
	}
	for i := range 13 {
		s.Fields = append(s.Fields, schema.Field{Name: fmt.Sprintf("I%d", i+1), Derive: "log_square"})
	}
	for i := range 26 {
		s.Fields = append(s.Fields, schema.Field{Name: fmt.Sprintf("C%d", i+1)})
	}
	for _, f := range s.Fields {
		s.Format.Columns = append(s.Format.Columns, f.Name)
	}
	return s
}

// criteoEntry reads the contest's training file, which has seven days in their order but no times. Splits, each 8:1:1:
// random (default), which the benchmark Criteo_x4 has, too, with a MinCount of 10; and chronological, by the order of the rows.
func criteoEntry() Entry {
	return Entry{Name: "criteo", Schema: func(c encode.Choices) (*schema.Schema, error) {
		s := Criteo()
		switch c.Split {
		case "", "random":
		case "chronological":
			s.Split.By = "order"
		default:
			return nil, fmt.Errorf("datasets: criteo: unknown split %q; known: random, chronological", c.Split)
		}
		return withMinCount(s, c.MinCount), nil
	}}
}
