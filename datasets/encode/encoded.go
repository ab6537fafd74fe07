package encode

import (
	"context"
	"fmt"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// Encoded is a log whose samples are in a spool, with the vocabularies and scales of its training part.
type Encoded struct {
	Rows    [datasets.Parts]int // samples of each part
	Skipped int                 // lines that could not be understood
	Sources []rawlog.Source     // the files that were read, if Options.KeepSources asks for them

	encoder  *encoder
	spool    Spool
	cuts     [2]int64 // of the splitter
	tallies  [datasets.Parts]tally
	progress datasets.Progress
}

// learn goes through the training part for the values that must come from it alone: counts, means and
// deviations.
func (e *Encoded) learn() error {
	e.cuts = e.encoder.splitter.cuts()
	columns, numbers := e.encoder.idColumns, e.encoder.numbers
	var weight float64 // of the training part
	for c, err := range e.spool.all() {
		if err != nil {
			return err
		}
		for i, key := range c.keys {
			p := partOf(key, e.cuts)
			e.Rows[p]++
			if p == datasets.TrainPart {
				if len(c.weights) > 0 {
					weight += float64(c.weights[i])
				}
				e.encoder.learn(c.ids[i*columns:(i+1)*columns], c.numbers[i*numbers:(i+1)*numbers])
			}
		}
	}
	if e.encoder.weightAt >= 0 && weight == 0 && e.Rows[datasets.TrainPart] > 0 {
		return fmt.Errorf("datasets: column %q: %w: all samples of the training part weigh 0", e.encoder.schema.Weight, schema.ErrWeight)
	}
	return e.encoder.finish()
}

// Fields returns the fields with their rows.
func (e *Encoded) Fields() []datasets.Field { return e.encoder.out() }

// Encoding returns the encoding that turns raw samples into the same ids and numbers.
func (e *Encoded) Encoding() *datasets.Encoding {
	x := &datasets.Encoding{Schema: e.encoder.schema}
	for _, f := range e.encoder.fields {
		x.Vocabularies = append(x.Vocabularies, f.vocabulary)
		var s datasets.Scale
		if f.scale != nil {
			s = f.scale.Scale
		}
		x.Scales = append(x.Scales, s)
	}
	return x
}

// Sink takes the samples of a part, some at a time. It does not keep them.
type Sink interface {
	Write(samples *datasets.Batch) error
}

// RowsPerGroup is the number of samples that a sink gets at a time, except for the last ones.
const RowsPerGroup = 1 << 16

// Pour gives every sample, with its final ids and scaled numbers, to the sink of its part. The sink of a
// part without rows may be nil.
func (e *Encoded) Pour(ctx context.Context, sinks [datasets.Parts]Sink) error {
	var waiting [datasets.Parts]datasets.Batch
	e.clearTallies()
	done, all := 0, e.Rows[datasets.TrainPart]+e.Rows[datasets.ValidPart]+e.Rows[datasets.TestPart]
	for c, err := range e.spool.all() {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		for i, key := range c.keys {
			p := partOf(key, e.cuts)
			if err := e.encoder.place(c, i, &waiting[p], &e.tallies[p]); err != nil {
				return err
			}
			if waiting[p].Rows == RowsPerGroup {
				if err := sinks[p].Write(&waiting[p]); err != nil {
					return err
				}
				waiting[p].Clear()
			}
		}
		if done += c.rows(); e.progress != nil {
			e.progress(done, readingShare+(1-readingShare)*float64(done)/float64(all))
		}
	}
	for p := range waiting {
		if waiting[p].Rows > 0 {
			if err := sinks[p].Write(&waiting[p]); err != nil {
				return err
			}
		}
	}
	return nil
}
