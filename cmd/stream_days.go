package cmd

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets/kafka"
	"github.com/ctrzoo/ctrzoo/datasets/periods"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/zoo/stream"
	"github.com/ctrzoo/ctrzoo/zoo/stream/feed"
	"github.com/ctrzoo/ctrzoo/zoo/stream/topic"
	"github.com/spf13/pflag"
)

// streamDays are the flags of "zoo stream" that say where its days come from.
type streamDays struct {
	flags        *pflag.FlagSet
	patterns     []string
	kafka        string
	follow       bool
	delay        time.Duration
	period       time.Duration
	time, layout string

	broker streamBroker
	source kafka.Source // that --kafka names
}

// followDelay is the delay of a stream that follows: files that come are written to for a while.
const followDelay = 10 * time.Second

func (o *streamDays) addFlags(f *pflag.FlagSet) {
	o.flags = f
	f.StringSliceVar(&o.patterns, "days", nil, "files or folders of days, or patterns such as 'logs/2026-*.csv.gz'; a day has the name of its file")
	f.StringVar(&o.kafka, "kafka", "", "brokers and topic, such as host1:9092,host2:9092/clicks: days of its records instead of files")
	o.broker.addFlags(f)
	f.BoolVar(&o.follow, "follow", false, "wait for more days when all are done, until interrupted")
	f.DurationVar(&o.delay, "delay", 0, fmt.Sprintf("a day is complete when its file has not changed, or a topic's day has been over, for so long (with --follow default %v)", followDelay))
	f.DurationVar(&o.period, "period", 0, "cut the files, as one log, into days of this length, such as 24h or 1h, by a column of times; of a topic default 24h")
	f.StringVar(&o.time, "time-column", "", "column of the times (default that of the schema's first field derived from a time, or of its split)")
	f.StringVar(&o.layout, "time-layout", "", "layout of the times, as in a schema (default that of the schema)")
}

// check finds out whether there are days, so that a wrong pattern is found at the start. Several ranks must see the same days.
func (o *streamDays) check(ranks int) error {
	for _, name := range []string{"kafka", "follow", "delay", "period"} {
		if ranks > 1 && o.flags.Changed(name) {
			return fmt.Errorf("--%s is for one process, and zoo stream was started as %d ranks: give files of days", name, ranks)
		}
	}
	for _, name := range brokerFlags() {
		if o.kafka == "" && o.flags.Changed(name) {
			return fmt.Errorf("--%s is for a topic, which --kafka names", name)
		}
	}
	switch {
	case len(o.patterns) == 0 && o.kafka == "":
		return errors.New("--days: give at least one file, or --kafka instead")
	case len(o.patterns) > 0 && o.kafka != "":
		return errors.New("--days and --kafka exclude each other")
	case o.delay < 0:
		return fmt.Errorf("--delay must be at least 0, got %v", o.delay)
	case o.flags.Changed("period") && (o.period < time.Second || o.period%time.Second != 0):
		return fmt.Errorf("--period must be whole seconds, at least one, got %v", o.period)
	case o.time+o.layout != "" && (o.period == 0 || o.kafka != ""):
		return errors.New("--time-column and --time-layout are for files with a --period")
	case o.kafka != "":
		return o.checkTopic()
	case o.period != 0 && o.follow:
		return errors.New("--follow waits for files of a day each: it does not go with --period")
	}
	if _, err := o.files(nil).Find(); err != nil {
		return fmt.Errorf("--days: %w", err)
	}
	return nil
}

// nameOfTopic is what Kafka takes for one.
var nameOfTopic = regexp.MustCompile(`^[a-zA-Z0-9._-]{1,249}$`)

// checkTopic takes --kafka apart.
func (o *streamDays) checkTopic() error {
	hosts, name, _ := strings.Cut(o.kafka, "/")
	brokers := strings.Split(hosts, ",")
	if slices.Contains(brokers, "") || !nameOfTopic.MatchString(name) {
		return fmt.Errorf("--kafka: want brokers and topic, such as host1:9092,host2:9092/clicks, got %q", o.kafka)
	}
	options, err := o.broker.options()
	o.source = kafka.Source{Brokers: brokers, Topic: name, Options: options}
	return err
}

// findTime completes the column of the times and their layout by those of the schema.
func (o *streamDays) findTime(log *schema.Schema) error {
	if o.period == 0 || o.kafka != "" {
		return nil
	}
	column, layout := log.Time()
	if o.time != "" && o.time != column {
		column, layout = o.time, ""
	}
	o.time, o.layout = column, cmp.Or(o.layout, layout)
	switch {
	case o.time == "":
		return errors.New("--period: the schema has no time: give --time-column and --time-layout")
	case o.layout == "":
		return fmt.Errorf("--period: the schema has no layout of the column %s: give --time-layout", o.time)
	}
	return nil
}

// open returns the days of a stream, each when it is complete.
func (o *streamDays) open(ctx context.Context, s *stream.Stream, log *schema.Schema, r *ui.Reporter) (iter.Seq2[stream.Day, error], error) {
	if o.kafka != "" {
		return o.topic(s, log, r).After(ctx, latestOrigin(s)), nil
	}
	files := o.files(r.Note)
	if o.period == 0 {
		return files.Days(ctx), nil
	}
	whole, unfinished, err := files.Log(log.Format)
	return feed.Periods{Unfinished: unfinished, Cut: periods.Cut{
		Log: whole, Columns: log.Columns(), Time: o.time, Layout: o.layout, Length: o.period,
		Spool: filepath.Join(s.Incoming(), "rows"), SkipBadLines: s.Read.SkipBadLines,
	}}.Days(ctx), err
}

func (o *streamDays) topic(s *stream.Stream, log *schema.Schema, r *ui.Reporter) topic.Days {
	return topic.Days{
		Source: o.source, Format: log.Format, Length: o.period, Folder: s.Incoming(), Delay: o.wait(), Follow: o.follow, OnWait: r.Note,
	}
}

// latestOrigin is where the latest day of a stream came from; nil if no day is done.
func latestOrigin(s *stream.Stream) json.RawMessage {
	if records := s.Records(); len(records) > 0 {
		return records[len(records)-1].Origin
	}
	return nil
}

func (o *streamDays) files(onWait func(string)) feed.Files {
	return feed.Files{Patterns: o.patterns, Waiting: feed.Waiting{Delay: o.wait(), Follow: o.follow, OnWait: onWait}}
}

// wait is how long a day must be complete.
func (o *streamDays) wait() time.Duration {
	if o.follow && !o.flags.Changed("delay") {
		return followDelay
	}
	return o.delay
}
