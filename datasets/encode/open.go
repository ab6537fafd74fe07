package encode

import (
	"context"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// Open reads a log to memory. Vocabularies and scales come from the training part only.
func Open(ctx context.Context, s *schema.Schema, files rawlog.Files, o Options) (*datasets.Set, error) {
	return Input{Schema: s, Files: files, Options: o}.Open(ctx)
}

// Open reads the log to memory. Vocabularies and scales come from the training part only.
func (in Input) Open(ctx context.Context) (*datasets.Set, error) {
	e, err := Encode(ctx, in, &MemorySpool{})
	if err != nil {
		return nil, err
	}
	fields := e.Fields()
	columns, numbers := datasets.Width(fields)
	var sinks [datasets.Parts]Sink
	var stored [datasets.Parts]memorySink
	for p, rows := range e.Rows {
		stored[p] = memorySink{
			IDs:     make([]int32, 0, rows*columns),
			Numbers: make([]float32, 0, rows*numbers),
			Labels:  make([]float32, 0, rows),
		}
		sinks[p] = &stored[p]
	}
	if err := e.Pour(ctx, sinks); err != nil {
		return nil, err
	}
	set := &datasets.Set{Encoding: e.Encoding()}
	for p, b := range stored {
		if e.Rows[p] == 0 {
			continue
		}
		source, err := datasets.NewMemory(fields, b.IDs, b.Numbers, b.Labels)
		if err == nil {
			source, err = source.Weighted(b.Weights)
		}
		if err != nil {
			return nil, err
		}
		set.Put(datasets.Part(p), source)
	}
	return set, nil
}

// memorySink keeps all samples.
type memorySink datasets.Batch

func (m *memorySink) Write(b *datasets.Batch) error {
	m.IDs = append(m.IDs, b.IDs...)
	m.Numbers = append(m.Numbers, b.Numbers...)
	m.Labels = append(m.Labels, b.Labels...)
	m.Weights = append(m.Weights, b.Weights...)
	return nil
}
