package encode

import (
	"context"
	"fmt"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// Options are how a log is read. The zero value is the default of all of them.
type Options struct {
	Choices
	// SkipBadLines is how many lines that cannot be understood are skipped, in all; one more is an
	// error. Default 0.
	SkipBadLines int
	// OnSkip, if not nil, is called for each skipped line.
	OnSkip func(error)
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
	if len(in.Files.Train) == 0 {
		return fmt.Errorf("datasets: the training part has no files: %w", rawlog.ErrEmpty)
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
