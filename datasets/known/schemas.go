package known

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// byDay returns the Schema of an Entry whose test part is the last day. Splits: day (default) leaves it
// so; chronological is 8:1:1 by time; random is 8:1:1 by row. All fields but numbers get the MinCount.
func byDay(data string, newSchema func() *schema.Schema) func(encode.Choices) (*schema.Schema, error) {
	return func(c encode.Choices) (*schema.Schema, error) {
		s := newSchema()
		switch c.Split {
		case "", "day":
		case "chronological":
			s.Split.Valid, s.Split.Test = "0.1", "0.1"
		case "random":
			s.Split = &schema.Split{By: "random", Valid: "0.1", Test: "0.1"}
		default:
			return nil, fmt.Errorf("datasets: %s: unknown split %q; known: day, chronological, random", data, c.Split)
		}
		return withMinCount(s, c.MinCount), nil
	}
}

// withMinCount gives all fields but numbers a min_count.
func withMinCount(s *schema.Schema, n int) *schema.Schema {
	for i := range s.Fields {
		if s.Fields[i].Kind != "numeric" {
			s.Fields[i].MinCount = n
		}
	}
	return s
}
