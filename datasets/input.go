package datasets

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Input is a raw log: the files of a known data set or of a log of one's own.
type Input struct {
	// Data is the name of a known data set; see Names. "" for a log that Schema describes.
	Data string
	// Schema describes the log; nil for a known data set, which has its own.
	Schema *Schema
	// Files are the files of each part. If there are only those of the training part, the data set
	// itself or the schema's split divides them.
	Files Files
	// Options are the choices that a known data set leaves open. Seed also serves the random
	// splits of a schema.
	Options LoadOptions
	// SkipBadLines is how many lines that cannot be understood are left out, in all; one more is
	// an error. Default 0.
	SkipBadLines int
	// OnSkip is told of each line left out. nil: nobody is.
	OnSkip func(error)
	// Progress is told how far the work is. nil: nobody is.
	Progress Progress
}

// Files are the files of each part of a log. What they are is told by the schema's format or by
// their names: .tsv and .txt are separated by tabs, .jsonl and .json are lines of JSON, .libsvm
// and .svm are libsvm, .parquet is Parquet, all others are separated by commas. .gz, .zst and .bz2
// are unpacked.
type Files struct{ Train, Valid, Test []string }

func (f Files) all() []string {
	return append(append(append([]string(nil), f.Train...), f.Valid...), f.Test...)
}

// Progress is told, every few thousand rows, how many rows were read or written so far, and which
// share of all the work is done.
type Progress func(rows int, share float64)

// open finds the schema and the logs of the parts.
func (in *Input) open(ctx context.Context) (*Schema, logs, error) {
	known, s := loader{}, in.Schema
	var err error
	if s == nil {
		if known, err = findLoader(in.Data); err != nil {
			return nil, logs{}, err
		}
		if s, err = known.schema(in.Options); err != nil {
			return nil, logs{}, err
		}
	}
	if err := s.check(); err != nil {
		return nil, logs{}, fmt.Errorf("datasets: %w: %w", ErrSchema, err)
	}
	if len(in.Files.Train) == 0 {
		return nil, logs{}, fmt.Errorf("datasets: the training part has no files: %w", ErrEmpty)
	}
	l, err := in.openLogs(ctx, s, known)
	return s, l, err
}

func (in *Input) openLogs(ctx context.Context, s *Schema, known loader) (logs, error) {
	if in.Schema != nil {
		return in.byFile(func(paths []string) (log, error) { return openLogs(s, paths) })
	}
	if len(in.Files.Valid)+len(in.Files.Test) == 0 {
		return known.open(ctx, in.Files.Train, in.Options)
	}
	return in.byFile(func(paths []string) (log, error) {
		l, err := known.open(ctx, paths, in.Options)
		return l.joined(), err
	})
}

// byFile opens the files of each part.
func (in *Input) byFile(open func(paths []string) (log, error)) (l logs, err error) {
	for _, part := range []struct {
		paths []string
		log   *log
	}{{in.Files.Train, &l.Train}, {in.Files.Valid, &l.Valid}, {in.Files.Test, &l.Test}} {
		if len(part.paths) == 0 {
			continue
		}
		if *part.log, err = open(part.paths); err != nil {
			return logs{}, err
		}
	}
	return l, nil
}

// take reads the whole log into the spool, and learns what the training part tells.
func (in *Input) take(ctx context.Context, sp spool) (*encoder, error) {
	s, l, err := in.open(ctx)
	if err != nil {
		return nil, err
	}
	inParts := l.Valid != nil || l.Test != nil
	if inParts {
		undivided := *s
		undivided.Split = nil
		s = &undivided
	}
	t := &taker{Input: in, encoder: newEncoder(s, in.Options.Seed), spool: sp, meter: newMeter(in.Files.all())}
	for part, l := range []log{l.Train, l.Valid, l.Test} {
		if l == nil {
			continue
		}
		t.encoder.beginPart(part)
		if err := t.read(ctx, l); err != nil {
			return nil, err
		}
	}
	if err := t.encoder.learn(sp); err != nil {
		return nil, err
	}
	if t.encoder.rows[trainPart] == 0 {
		return nil, &SyntaxError{Path: strings.Join(in.Files.Train, ", "), Err: fmt.Errorf("%w in the training part", ErrEmpty)}
	}
	t.encoder.skipped = t.skipped
	return t.encoder, nil
}

// taker reads logs into a spool.
type taker struct {
	*Input
	encoder *encoder
	spool   spool
	chunk   chunk
	meter   *meter
	rows    int
	skipped int
}

// readingShare is the share of reading in the work; the rest is to write what was read.
const readingShare = 0.8

func (t *taker) read(ctx context.Context, l log) error {
	for r, err := range l(t.meter.context(ctx), t.encoder.columns) {
		if err == nil {
			err = t.encoder.encode(r, &t.chunk)
		}
		if err != nil {
			if err := t.skip(err); err != nil {
				return err
			}
		}
		if t.chunk.rows() == rowsPerChunk {
			if err := t.flush(ctx); err != nil {
				return err
			}
		}
	}
	return t.flush(ctx)
}

func (t *taker) flush(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t.rows += t.chunk.rows()
	if t.Progress != nil {
		t.Progress(t.rows, readingShare*t.meter.share())
	}
	if t.chunk.rows() == 0 {
		return nil
	}
	return t.spool.add(&t.chunk)
}

// skip returns the error, unless it is that of a line that may be left out.
func (t *taker) skip(err error) error {
	var syntax *SyntaxError
	if !errors.As(err, &syntax) || syntax.Line == 0 || syntax.fatal || t.SkipBadLines == 0 {
		return err
	}
	if t.skipped == t.SkipBadLines {
		return fmt.Errorf("%w (after %d bad lines that were left out)", err, t.skipped)
	}
	t.skipped++
	if t.OnSkip != nil {
		t.OnSkip(err)
	}
	return nil
}
