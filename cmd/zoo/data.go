package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/known"
	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/spf13/pflag"
)

// logFlags say what log to read: a raw one, one that is prepared, or the synthetic one.
type logFlags struct {
	given            func(flag string) bool
	data, schema     string
	files            rawlog.Files
	split, negatives string
	minCount         int
	skipBadLines     int
}

func newLogFlags(f *pflag.FlagSet, data, dataHelp string) *logFlags {
	l := &logFlags{given: f.Changed}
	f.StringVar(&l.data, "data", data, dataHelp)
	f.StringVar(&l.schema, "schema", "", "YAML file that describes the columns of a log of your own")
	f.StringSliceVar(&l.files.Train, "train", nil, "files of the training part, or of all parts if the data set divides itself")
	f.StringSliceVar(&l.files.Valid, "valid", nil, "files of the validation part")
	f.StringSliceVar(&l.files.Test, "test", nil, "files of the test part")
	f.StringVar(&l.split, "split", "", "how a known data set is divided; avazu: day (default), chronological, random; amazon: last (default), last-two")
	f.IntVar(&l.minCount, "min-count", 0, "known data sets: a value that occurs less in the training part is out of vocabulary")
	f.StringVar(&l.negatives, "negatives", "", "amazon: negatives are drawn uniform (default) or popular")
	f.IntVar(&l.skipBadLines, "skip-bad-lines", 0, "lines that cannot be understood to leave out; one more is an error")
	return l
}

// check finds out whether the flags name a raw log.
func (l *logFlags) check() error {
	switch {
	case l.schema != "" && l.given("data"):
		return errors.New("--schema describes a log of your own: leave out --data")
	case l.schema == "" && !slices.Contains(known.All().Names(), l.data):
		return fmt.Errorf("--data: %w %q; known: %s", datasets.ErrUnknownData, l.data, strings.Join(known.All().Names(), ", "))
	case len(l.files.Train) == 0:
		return errors.New("--train: give at least one file")
	case l.schema != "" && l.anyGiven("split", "min-count", "negatives") != "":
		return fmt.Errorf("--%s is a choice of known data sets: say it in the schema", l.anyGiven("split", "min-count", "negatives"))
	case l.minCount < 0:
		return fmt.Errorf("--min-count must be at least 0, got %d", l.minCount)
	case l.skipBadLines < 0:
		return fmt.Errorf("--skip-bad-lines must be at least 0, got %d", l.skipBadLines)
	}
	return nil
}

// anyGiven is the first of some flags that was given, or "".
func (l *logFlags) anyGiven(names ...string) string {
	for _, name := range names {
		if l.given(name) {
			return name
		}
	}
	return ""
}

// rawFlags are those that make sense for raw logs only.
var rawFlags = []string{"schema", "train", "valid", "test", "split", "min-count", "negatives", "skip-bad-lines"}

func (l *logFlags) isSynthetic() bool { return l.schema == "" && l.data == "synthetic" }

// isPrepared says whether the data is a folder of "zoo prepare". A known name with files is that of
// the raw data set, even if there is a folder of that name.
func (l *logFlags) isPrepared() bool {
	isKnown := slices.Contains(known.All().Names(), l.data)
	return l.schema == "" && prepared.Exists(l.data) && !(isKnown && len(l.files.Train) > 0)
}

// input is the raw log.
func (l *logFlags) input(seed uint64, ui *reporter) (encode.Input, error) {
	options := encode.Options{
		Choices:      encode.Choices{Seed: seed, Split: l.split, MinCount: l.minCount, Negatives: l.negatives},
		SkipBadLines: l.skipBadLines,
		OnSkip:       func(err error) { ui.note(fmt.Sprintf("left out: %v", err)) },
		Progress:     ui.rowsRead,
	}
	ui.note("reading " + strings.Join(slices.Concat(l.files.Train, l.files.Valid, l.files.Test), ", "))
	if l.schema == "" {
		return known.All().Input(l.data, l.files, options)
	}
	s, err := schema.Load(l.schema)
	return encode.Input{Schema: s, Files: l.files, Options: options}, err
}

// checkData finds out whether the flags of a run name a data set.
func (o *trainOptions) checkData() error {
	switch raw := o.log.anyGiven(rawFlags...); {
	case (o.log.isSynthetic() && !o.given("data")) && raw != "":
		return fmt.Errorf("--%s needs --data or --schema, which say what the columns are", raw)
	case o.log.isSynthetic() && raw != "":
		return fmt.Errorf("--data synthetic is drawn, not read: leave out --%s", raw)
	case o.log.isSynthetic() && o.saving.monitor != "":
		return errors.New("--monitor needs --valid, a validation part; the synthetic log has none")
	case o.log.isPrepared() && raw != "":
		return fmt.Errorf("--data %s is prepared: leave out --%s", o.log.data, raw)
	case !o.log.isSynthetic() && o.given("rows"):
		return errors.New("--rows is the size of the synthetic log only")
	case !o.log.isPrepared() && o.given("memory"):
		return errors.New("--memory is for data of zoo prepare only")
	case o.memory < 1:
		return fmt.Errorf("--memory must be at least 1, got %d", o.memory)
	case o.log.isSynthetic() || o.log.isPrepared():
		return nil
	}
	return o.log.check()
}

// openData draws, reads or opens the parts of the log.
func (o *trainOptions) openData(ctx context.Context, ui *reporter) (*datasets.Set, error) {
	switch {
	case o.log.isSynthetic():
		ui.note("drawing a synthetic log")
		return synthetic.Open(ctx, synthetic.Options{TrainRows: o.rows, TestRows: o.rows / 4, Seed: o.seed})
	case o.log.isPrepared():
		ui.note("opening " + o.log.data)
		return prepared.Open(ctx, o.log.data, prepared.Options{Memory: int64(o.memory) << 20})
	}
	in, err := o.log.input(o.seed, ui)
	if err != nil {
		return nil, err
	}
	defer ui.endBar()
	return in.Open(ctx)
}
