package datasets

import "context"

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

// withMinCount gives all fields a min_count.
func (s *Schema) withMinCount(n int) *Schema {
	for i := range s.Fields {
		s.Fields[i].MinCount = n
	}
	return s
}
