package encode

import (
	"context"
	"fmt"
	"reflect"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// Options are how a log is read. The zero value is the default of all of them.
type Options struct {
	Choices
	// Base, if not nil, is the encoding of an earlier log, which this one goes on from: old values keep
	// their ids, counts go on, new values get ids as datasets.VocabularyBuilder.Grow says, and scales stay.
	// The schema must be that of Base, but for its split. Default: the encoding is learned anew.
	Base *datasets.Encoding
	// KeepWaiting keeps the values that did not occur often enough to get an id, so that a later log can
	// go on counting them. Default: their counts are lost, which only matters with a min_count above 1.
	KeepWaiting bool
	// SkipBadLines is how many lines that cannot be understood are skipped, in all; one more is an
	// error. Default 0.
	SkipBadLines int
	// OnSkip, if not nil, is called for each skipped line.
	OnSkip func(error)
	// OnNote, if not nil, is called with what somebody who looks at the data should know.
	OnNote func(text string)
	// KeepSources keeps what was read of which file, with hashes: Encoded.Sources.
	KeepSources bool
	// Progress, if not nil, is called while the log is read and written.
	Progress datasets.Progress
}

// Choices are the choices that a known data set leaves open. Zero fields mean its defaults. A log of one's
// own has only the Seed: its schema describes the rest.
type Choices struct {
	Seed      uint64 `json:"seed"`                // of negatives and random splits
	Split     string `json:"split,omitempty"`     // how the log is divided; the data set's doc names its splits
	MinCount  int    `json:"min_count,omitempty"` // how often a value must occur to get a row of its own
	Negatives string `json:"negatives,omitempty"` // amazon: uniform or popular
}

// Input is a raw log to encode: files with a schema, or a known data set; see known.Catalog.
type Input struct {
	// Data is the name of a known data set, which a prepared folder records; "" for a log of one's own.
	Data string
	// Schema describes the log. Required.
	Schema *schema.Schema
	// Files are the files of each part. If only the training part has files, the log itself or the
	// schema's split divides them.
	Files rawlog.Files
	// Logs opens some files as logs, which may come in parts. Default: all files are one part, in the
	// format of the schema.
	Logs func(ctx context.Context, paths []string) (rawlog.Logs, error)
	// Options are how the log is read.
	Options Options
}

// check returns an error if there is nothing to read.
func (in *Input) check() error {
	if in.Schema == nil {
		return fmt.Errorf("datasets: %w: none given", schema.ErrInvalid)
	}
	if err := in.Schema.Check(); err != nil {
		return fmt.Errorf("datasets: %w: %w", schema.ErrInvalid, err)
	}
	if in.Options.Base != nil {
		if err := sameSchema(in.Options.Base.Schema, in.Schema); err != nil {
			return fmt.Errorf("datasets: %w: %w", schema.ErrInvalid, err)
		}
	}
	if len(in.Files.Train) == 0 {
		return fmt.Errorf("datasets: the training part has no files: %w", rawlog.ErrEmpty)
	}
	if err := safefile.CheckOnce(in.Files.All()); err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	return nil
}

// logs opens the logs of the parts.
func (in *Input) logs(ctx context.Context) (l rawlog.Logs, err error) {
	open := in.Logs
	if open == nil {
		open = in.bySchema
	}
	if len(in.Files.Valid)+len(in.Files.Test) == 0 {
		return open(ctx, in.Files.Train)
	}
	for _, part := range []struct {
		paths []string
		log   *rawlog.Log
	}{{in.Files.Train, &l.Train}, {in.Files.Valid, &l.Valid}, {in.Files.Test, &l.Test}} {
		if len(part.paths) == 0 {
			continue
		}
		files, err := open(ctx, part.paths)
		if err != nil {
			return rawlog.Logs{}, err
		}
		*part.log = files.Joined()
	}
	return l, nil
}

// bySchema opens files in the format of the schema.
func (in *Input) bySchema(_ context.Context, paths []string) (rawlog.Logs, error) {
	l, err := rawlog.Open(in.Schema.Format, paths)
	return rawlog.Logs{Train: l}, err
}

// sameSchema returns an error that names the first thing in which two schemas differ. They may be written and divided
// in different ways.
func sameSchema(base, s *schema.Schema) error {
	if base.Label != s.Label {
		return fmt.Errorf("the label is %q, but %q in the encoding that it goes on from", s.Label, base.Label)
	}
	if len(base.Fields) != len(s.Fields) {
		return fmt.Errorf("it has %d fields, but the encoding that it goes on from has %d", len(s.Fields), len(base.Fields))
	}
	for i := range s.Fields {
		if !reflect.DeepEqual(base.Fields[i], s.Fields[i]) {
			return fmt.Errorf("field %q is %+v, but %+v in the encoding that it goes on from", s.Fields[i].Name, s.Fields[i], base.Fields[i])
		}
	}
	return nil
}
