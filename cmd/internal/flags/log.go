package flags

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/spf13/pflag"
)

// Log holds the flags that name a log: a raw one, a prepared one, or the synthetic one.
type Log struct {
	given            func(flag string) bool
	catalogs         *Catalogs
	Data, Schema     string
	Files            rawlog.Files
	split, negatives string
	minCount         int
	skipBadLines     int
}

// AddLog adds the flags of a log; data is the default of --data.
func AddLog(f *pflag.FlagSet, c *Catalogs, data, dataHelp string) *Log {
	l := &Log{given: f.Changed, catalogs: c}
	ui.Group(f, ui.DataFlags, func() { l.add(f, data, dataHelp) })
	return l
}

func (l *Log) add(f *pflag.FlagSet, data, dataHelp string) {
	f.StringVar(&l.Data, "data", data, dataHelp)
	f.StringVar(&l.Schema, "schema", "", "YAML file that describes the columns of a log of your own")
	f.StringSliceVar(&l.Files.Train, "train", nil, "files of the training part, or of all parts if the data set divides itself; a folder, or a pattern such as 'logs/day*.csv', names many, and - is standard input")
	f.StringSliceVar(&l.Files.Valid, "valid", nil, "files of the validation part")
	f.StringSliceVar(&l.Files.Test, "test", nil, "files of the test part")
	f.StringVar(&l.split, "split", "", "how a known data set is divided; avazu: day (default), chronological, random; criteo: random (default), chronological; amazon: last (default), last-two")
	f.IntVar(&l.minCount, "min-count", 0, "known data sets: a value that occurs less in the training part is out of vocabulary")
	f.StringVar(&l.negatives, "negatives", "", "amazon: negatives are drawn uniform (default) or popular")
	f.IntVar(&l.skipBadLines, "skip-bad-lines", 0, "bad lines that may be left out; one more is an error")
}

// Check returns an error unless the flags name a raw log.
func (l *Log) Check() error {
	_, err := l.catalogs.Data.Find(l.Data)
	switch {
	case l.Schema != "" && l.given("data"):
		return errors.New("--schema describes a log of your own: leave out --data")
	case l.Schema == "" && err != nil:
		return fmt.Errorf("--data: %w", err)
	case len(l.Files.Train) == 0:
		return errors.New("--train: give at least one file")
	case l.Schema != "" && l.anyGiven("split", "min-count", "negatives") != "":
		return fmt.Errorf("--%s is a choice of known data sets: say it in the schema", l.anyGiven("split", "min-count", "negatives"))
	case l.minCount < 0:
		return fmt.Errorf("--min-count must be at least 0, got %d", l.minCount)
	case l.skipBadLines < 0:
		return fmt.Errorf("--skip-bad-lines must be at least 0, got %d", l.skipBadLines)
	}
	return nil
}

// anyGiven returns the first of these flags that was given, or "".
func (l *Log) anyGiven(names ...string) string {
	for _, name := range names {
		if l.given(name) {
			return name
		}
	}
	return ""
}

// rawFlags are the flags that make sense for raw logs only.
var rawFlags = []string{"schema", "train", "valid", "test", "split", "min-count", "negatives", "skip-bad-lines"}

// Name returns what records call the data: its name, or that of its folder or schema.
func (l *Log) Name() string {
	if l.Schema != "" {
		return strings.TrimSuffix(filepath.Base(l.Schema), filepath.Ext(l.Schema))
	}
	return filepath.Base(l.Data)
}

// IsSynthetic reports whether the data is the synthetic log.
func (l *Log) IsSynthetic() bool { return l.Schema == "" && l.Data == "synthetic" }

// IsDrawn reports whether the data is a known data set that has no files.
func (l *Log) IsDrawn() bool { return l.Schema == "" && l.catalogs.IsDrawn(l.Data) }

// IsPrepared reports whether the data is a folder of "zoo prepare". A known name with files is that of
// the raw data set, even if there is a folder of that name.
func (l *Log) IsPrepared() bool {
	_, err := l.catalogs.Data.Find(l.Data)
	return l.Schema == "" && prepared.Exists(l.Data) && !(err == nil && len(l.Files.Train) > 0)
}

// expandFiles replaces folders and patterns by their files.
func (l *Log) expandFiles() (err error) {
	for _, part := range []struct {
		flag  string
		files *[]string
	}{{"train", &l.Files.Train}, {"valid", &l.Files.Valid}, {"test", &l.Files.Test}} {
		if *part.files, err = Expand(part.flag, *part.files); err != nil {
			return err
		}
	}
	return nil
}

// Input returns the raw log. An error of its flags is one of usage.
func (l *Log) Input(seed uint64, reporter *ui.Reporter) (encode.Input, error) {
	if err := l.expandFiles(); err != nil {
		return encode.Input{}, ui.Usage(err)
	}
	options := encode.Options{
		Choices:      encode.Choices{Seed: seed, Split: l.split, MinCount: l.minCount, Negatives: l.negatives},
		SkipBadLines: l.skipBadLines,
		OnSkip:       reporter.Skipped,
		OnNote:       reporter.Note,
		Progress:     reporter.RowsRead,
	}
	reporter.Note("reading " + strings.Join(slices.Concat(l.Files.Train, l.Files.Valid, l.Files.Test), ", "))
	if l.Schema == "" {
		return l.catalogs.Data.Input(l.Data, l.Files, options)
	}
	s, err := schema.Load(l.Schema)
	return encode.Input{Schema: s, Files: l.Files, Options: options}, err
}
