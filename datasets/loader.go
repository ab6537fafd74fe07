package datasets

import (
	"context"
	"fmt"
)

// LoadOptions are the choices that a known data set leaves open. Zero fields mean its defaults.
type LoadOptions struct {
	Seed      uint64 `json:"seed"`                // of negatives and random splits
	Split     string `json:"split,omitempty"`     // how parts are told apart; the data set's doc names its splits
	MinCount  int    `json:"min_count,omitempty"` // of a value to get a row of its own
	Negatives string `json:"negatives,omitempty"` // amazon: uniform or popular
}

// logs are the parts of a data set; Valid may be nil.
type logs struct{ Train, Valid, Test log }

// loader reads the raw files of one known data set.
type loader struct {
	name   string
	schema func(o LoadOptions) (*Schema, error)
	open   func(ctx context.Context, paths []string, o LoadOptions) (logs, error)
}

// openBySchema reads files that are as the schema says, in one part.
func openBySchema(schema func(LoadOptions) (*Schema, error)) func(context.Context, []string, LoadOptions) (logs, error) {
	return func(_ context.Context, paths []string, o LoadOptions) (logs, error) {
		s, err := schema(o)
		if err != nil {
			return logs{}, err
		}
		l, err := openLogs(s, paths)
		return logs{Train: l}, err
	}
}

// withMinCount gives all fields but numbers a min_count.
func (s *Schema) withMinCount(n int) *Schema {
	for i := range s.Fields {
		if s.Fields[i].Kind != "numeric" {
			s.Fields[i].MinCount = n
		}
	}
	return s
}

// withSplit divides the log of a known data set, whose schema has the last day for its test part:
// day (default) leaves it so; chronological is 8:1:1 by time; random is 8:1:1 by row.
func (s *Schema) withSplit(data, split string) (*Schema, error) {
	switch split {
	case "", "day":
	case "chronological":
		s.Split.Valid, s.Split.Test = "0.1", "0.1"
	case "random":
		s.Split = &Split{By: "random", Valid: "0.1", Test: "0.1"}
	default:
		return nil, fmt.Errorf("datasets: %s: unknown split %q; known: day, chronological, random", data, split)
	}
	return s, nil
}
