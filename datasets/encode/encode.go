package encode

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/internal/table"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
)

var errNoContext = errors.New("datasets: no context")

// Encode reads a log into a spool, and learns the vocabularies and scales from the training part.
func Encode(ctx context.Context, in Input, spool Spool) (*Encoded, error) {
	if ctx == nil {
		return nil, errNoContext
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	l, err := in.logs(ctx)
	if err != nil {
		return nil, err
	}
	s := *in.Schema
	if l.Valid != nil || l.Test != nil {
		s.Split = nil // it is divided already
	}
	r := &reader{
		options: in.Options, encoder: newGrowing(&s, in.Options), spool: spool, meter: rawlog.NewMeter(in.Files.All()),
		bad: skipper{most: in.Options.SkipBadLines, onSkip: in.Options.OnSkip},
	}
	r.columns = newColumnEncoder(r.encoder)
	if in.Options.KeepSources {
		r.meter.HashFiles()
	}
	for part, l := range []rawlog.Log{l.Train, l.Valid, l.Test} {
		if l == nil {
			continue
		}
		r.encoder.beginPart(datasets.Part(part))
		if err := r.read(ctx, l); err != nil {
			return nil, err
		}
	}
	e := &Encoded{Skipped: r.bad.skipped, encoder: r.encoder, spool: spool, progress: in.Options.Progress}
	e.clearTallies()
	if in.Options.KeepSources {
		if e.Sources, err = r.meter.Sources(); err != nil {
			return nil, err
		}
	}
	if err := e.learn(); err != nil {
		return nil, err
	}
	e.encoder.noteFields(in.Options.OnNote)
	if e.Rows[datasets.TrainPart] == 0 {
		return nil, &rawlog.SyntaxError{Path: strings.Join(in.Files.Train, ", "), Err: fmt.Errorf("%w in the training part", rawlog.ErrEmpty)}
	}
	return e, nil
}

// reader reads logs into a spool.
type reader struct {
	options Options
	encoder *encoder
	spool   Spool
	columns *columnEncoder
	chunk   chunk
	meter   *rawlog.Meter
	rows    int
	bad     skipper
}

// readingShare is the share of reading in the work; the rest is writing.
const readingShare = 0.8

func (r *reader) read(ctx context.Context, l rawlog.Log) error {
	a := table.ReadAhead(ctx, l, r.encoder.columns, r.meter, r.rowsAtOnce())
	defer a.Close()
	for t := range a.Tables() {
		bad := r.columns.encode(t, &r.chunk)
		err := r.keep(t, bad)
		a.GiveBack(t)
		if err == nil {
			err = r.flush(ctx)
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// idsPerChunk is about the most ids of a chunk.
const idsPerChunk = 1 << 24

// rowsAtOnce is the most rows of a chunk. They are fewer if lists are long.
func (r *reader) rowsAtOnce() int {
	return max(1, min(table.MostRows, idsPerChunk/max(1, r.encoder.idColumns)))
}

// keep gives the good records of a chunk their keys, and moves them together. What is wrong with the others comes in the order of the
// records.
func (r *reader) keep(t *table.Table, bad []badRecord) error {
	kept := 0
	for row := range t.Rows() {
		isBad, rest, err := r.skip(bad, row)
		if err != nil {
			return err
		}
		if bad = rest; isBad {
			continue
		}
		key, err := r.encoder.key(t, row)
		if err != nil {
			if err := r.bad.skip(err); err != nil {
				return err
			}
			continue
		}
		r.chunk.keys = append(r.chunk.keys, key)
		r.chunk.move(kept, row, t.Rows())
		kept++
	}
	r.chunk.cut(kept, t.Rows())
	_, _, err := r.skip(bad, t.Rows())
	return err
}

// skip leaves out what is wrong up to a row. It reports whether the row itself is bad, and returns what is wrong behind it.
func (r *reader) skip(bad []badRecord, row int) (isBad bool, rest []badRecord, err error) {
	for ; len(bad) > 0 && bad[0].row == row; bad = bad[1:] {
		if isBad { // by an earlier cell
			continue
		}
		isBad = bad[0].place >= 0
		if err := r.bad.skip(bad[0].err); err != nil {
			return false, nil, err
		}
	}
	return isBad, bad, nil
}

// flush moves the chunk to the spool.
func (r *reader) flush(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.rows += r.chunk.rows()
	if r.options.Progress != nil {
		r.options.Progress(r.rows, readingShare*r.meter.Share())
	}
	if r.chunk.rows() == 0 {
		return nil
	}
	return r.spool.add(&r.chunk)
}

// skipper leaves bad lines out, up to a number.
type skipper struct {
	most    int
	skipped int
	onSkip  func(error) // may be nil
}

// skip returns the error, unless it belongs to a line that may be left out.
func (s *skipper) skip(err error) error {
	var syntax *rawlog.SyntaxError
	if !errors.As(err, &syntax) || rawlog.IsFatal(err) || s.most == 0 {
		return err
	}
	if s.skipped == s.most {
		return fmt.Errorf("%w (after %d bad lines that were left out)", err, s.skipped)
	}
	s.skipped++
	if s.onSkip != nil {
		s.onSkip(err)
	}
	return nil
}
