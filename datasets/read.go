package datasets

import "context"

// Set is a data set in parts that share vocabularies.
type Set struct {
	Train, Valid, Test Source        // Valid and Test may be nil
	Vocabularies       []*Vocabulary // by field; nil for a number, for buckets, and for a set that is drawn
	// BestAUC is the test AUC of the true probabilities, where they are known, else 0.
	BestAUC float64
	// Encoding turns raw samples into ids of this set; nil if the set was not made of raw samples.
	Encoding *Encoding
}

// Read reads a log to memory. Vocabularies and scales come from the training part only.
func Read(ctx context.Context, s *Schema, files Files, progress Progress) (*Set, error) {
	return Input{Schema: s, Files: files, Progress: progress}.Read(ctx)
}

// Read reads the log to memory. Vocabularies and scales come from the training part only.
func (in Input) Read(ctx context.Context) (*Set, error) {
	var sp memorySpool
	e, err := in.take(ctx, &sp)
	if err != nil {
		return nil, err
	}
	fields := e.finished()
	var sinks [parts]sink
	var stored [parts]memorySink
	columns, numbers := width(fields)
	for p, rows := range e.rows {
		stored[p] = memorySink{
			ids:     make([]int32, 0, rows*columns),
			numbers: make([]float32, 0, rows*numbers),
			labels:  make([]float32, 0, rows),
		}
		sinks[p] = &stored[p]
	}
	if err := e.pour(ctx, &sp, sinks, in.Progress); err != nil {
		return nil, err
	}
	set := &Set{Vocabularies: e.vocabularies(), Encoding: e.encoding()}
	for p, source := range set.sources() {
		if e.rows[p] == 0 {
			continue
		}
		if *source, err = NewMemory(fields, stored[p].ids, stored[p].numbers, stored[p].labels); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// sources are the places of the parts.
func (s *Set) sources() [parts]*Source { return [parts]*Source{&s.Train, &s.Valid, &s.Test} }

// memorySink keeps all samples.
type memorySink samples

func (m *memorySink) write(s *samples) error {
	m.ids = append(m.ids, s.ids...)
	m.numbers = append(m.numbers, s.numbers...)
	m.labels = append(m.labels, s.labels...)
	return nil
}
