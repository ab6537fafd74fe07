package encode

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets"
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
	e.encoder.noteScales(in.Options.OnNote)
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
	chunk   chunk
	meter   *rawlog.Meter
	rows    int
	bad     skipper
}

// readingShare is the share of reading in the work; the rest is writing.
const readingShare = 0.8

func (r *reader) read(ctx context.Context, l rawlog.Log) error {
	for record, err := range l(ctx, r.encoder.columns, r.meter) {
		if err == nil {
			err = r.encoder.encode(record, &r.chunk)
		}
		if err != nil {
			if err := r.bad.skip(err); err != nil {
				return err
			}
		}
		if r.chunk.rows() == rowsPerChunk || len(r.chunk.ids) > idsPerChunk {
			if err := r.flush(ctx); err != nil {
				return err
			}
		}
	}
	return r.flush(ctx)
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
