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
	groups := e.encoder.groups()
	var weight float64 // of the training part
	var rows []int32   // of the training part in a chunk
	for c, err := range e.spool.all() {
		if err != nil {
			return err
		}
		rows = rows[:0]
		for i, key := range c.keys {
			p := partOf(key, e.cuts)
			e.Rows[p]++
			if p == datasets.TrainPart {
				if len(c.weights) > 0 {
					weight += float64(c.weights[i])
				}
				rows = append(rows, int32(i))
			}
		}
		e.encoder.learn(groups, c, rows)
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
	waiting := [datasets.Parts]waitingSamples{{sink: sinks[0]}, {sink: sinks[1]}, {sink: sinks[2]}}
	e.clearTallies()
	done, all := 0, e.Rows[datasets.TrainPart]+e.Rows[datasets.ValidPart]+e.Rows[datasets.TestPart]
	var rows [datasets.Parts][]int32 // of a chunk
	for c, err := range e.spool.all() {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		for p := range rows {
			rows[p] = rows[p][:0]
		}
		for i, key := range c.keys {
			p := partOf(key, e.cuts)
			rows[p] = append(rows[p], int32(i))
		}
		for p := range waiting {
			if err := waiting[p].add(e.encoder, c, rows[p], &e.tallies[p]); err != nil {
				return err
			}
		}
		if done += c.rows(); e.progress != nil {
			e.progress(done, readingShare+(1-readingShare)*float64(done)/float64(all))
		}
	}
	for p := range waiting {
		if err := waiting[p].flush(); err != nil {
			return err
		}
	}
	return nil
}

// waitingSamples are samples of a part that a sink has not got yet.
type waitingSamples struct {
	datasets.Batch
	sink Sink
}

// add places samples of a chunk, and gives the sink those of each full group.
func (w *waitingSamples) add(e *encoder, c *chunk, rows []int32, t *tally) error {
	for len(rows) > 0 {
		n := min(len(rows), RowsPerGroup-w.Rows)
		if err := e.place(c, rows[:n], &w.Batch, t); err != nil {
			return err
		}
		if rows = rows[n:]; w.Rows == RowsPerGroup {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *waitingSamples) flush() error {
	if w.Rows == 0 {
		return nil
	}
	defer w.Clear()
	return w.sink.Write(&w.Batch)
}
