package known

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// The columns of the logs of iPinYou's contest, which have no header. Those of the official test
// files have the numbers of clicks and conversions at their end.
var (
	ipinyouColumns = strings.Fields("bidid timestamp logtype ipinyouid useragent IP region city adexchange " +
		"domain url urlid slotid slotwidth slotheight slotvisibility slotformat slotprice creative bidprice " +
		"payprice keypage advertiser usertag")
	ipinyouTestColumns = append(slices.Clip(ipinyouColumns), "nclick", "nconversion")
)

// ipinyouFields are the fields in their customary order.
const ipinyouFields = "weekday hour useragent IP region city adexchange domain slotid slotwidth slotheight " +
	"slotvisibility slotformat creative advertiser slotprice"

// IPinYou returns the schema of the logs of the iPinYou Global RTB Bidding Algorithm Competition (2013),
// seasons 2 and 3: 16 fields, of which weekday and hour come from the time, the user agent is its
// system and browser, and the floor price of the slot its bin: 0, 1-10, 11-50, 51-100, 101 and
// more. Columns that were known only after the auction are left out, and usertag, which gives clicks
// away.
//
// The label, click, is no column of the logs: the data set ipinyou adds it.
func IPinYou() *schema.Schema {
	const layout = "20060102150405000"
	s := &schema.Schema{
		Label: "click", Format: rawlog.Format{Name: "tsv", Unquoted: true, Columns: ipinyouColumns},
		Split: &schema.Split{By: "time", Column: "timestamp", Layout: layout, Valid: "0.1", Test: "0.1"},
	}
	for name := range strings.FieldsSeq(ipinyouFields) {
		f := schema.Field{Name: name}
		switch name {
		case "weekday", "hour":
			f.Column, f.Derive, f.Layout = "timestamp", name, layout
		case "useragent":
			f.Derive = "os_browser"
		case "slotprice":
			f.Bins = []float64{0, 10, 50, 100}
		}
		s.Fields = append(s.Fields, f)
	}
	return s
}

// IPinYouLibsvm returns the schema of the same logs in the libsvm form that is in common use, campaign by
// campaign: a line is the label and one index for each of the 16 fields, in the order of IPinYou.
func IPinYouLibsvm() *schema.Schema {
	names := strings.Fields(ipinyouFields)
	s := &schema.Schema{Label: "click", Format: rawlog.Format{Name: "libsvm", Columns: append([]string{"click"}, names...)}}
	for _, name := range names {
		s.Fields = append(s.Fields, schema.Field{Name: name})
	}
	return s
}

// ipinyouLibsvmEntry reads files in libsvm form. They have no times, and so no splits.
func ipinyouLibsvmEntry() Entry {
	return Entry{Name: "ipinyou-libsvm", Schema: func(c encode.Choices) (*schema.Schema, error) {
		if c.Split != "" {
			return nil, fmt.Errorf("datasets: ipinyou-libsvm: unknown split %q: the files have no times; give those of each part", c.Split)
		}
		return withMinCount(IPinYouLibsvm(), c.MinCount), nil
	}}
}

// ipinyouEntry reads the folders of the contest (training2nd, testing2nd, training3rd, testing3rd,
// or one that holds them), or files of them: impressions imp*, clicks clk*, and the official test
// files leaderboard*. It ignores other files of a folder. An impression is positive if there
// is a click of the same bid and creative. Splits: official, the official test files, whose
// impressions are positive if they have clicks; chronological, 8:1:1 by time. Default: official if
// there are such files, else chronological.
//
// The clicks stay in memory while the impressions are read, about 100 bytes for each: 2 MB for
// both seasons.
func ipinyouEntry() Entry {
	return Entry{Name: "ipinyou", Logs: openIPinYou, Schema: func(c encode.Choices) (*schema.Schema, error) {
		if !slices.Contains([]string{"", "official", "chronological"}, c.Split) {
			return nil, fmt.Errorf("datasets: ipinyou: unknown split %q; known: official, chronological", c.Split)
		}
		return withMinCount(IPinYou(), c.MinCount), nil
	}}
}

func openIPinYou(_ context.Context, paths []string, c encode.Choices) (l rawlog.Logs, err error) {
	files, err := findIPinYou(paths)
	if err != nil {
		return l, err
	}
	fail := func(format string, arguments ...any) (rawlog.Logs, error) {
		return rawlog.Logs{}, fmt.Errorf("datasets: ipinyou: %s: "+format, append([]any{strings.Join(paths, ", ")}, arguments...)...)
	}
	switch {
	case len(files.impressions)+len(files.tests) == 0:
		return fail("%w: no impressions (imp*) and no official test files (leaderboard*)", rawlog.ErrEmpty)
	case len(files.impressions) > 0 && len(files.clicks) == 0:
		return fail("there are impressions but no clicks (clk*)")
	case len(files.tests) == 0 && c.Split == "official":
		return fail("no official test files (leaderboard*)")
	}
	if len(files.impressions) > 0 {
		if l.Train, err = impressionLog(files); err != nil {
			return rawlog.Logs{}, err
		}
	}
	if len(files.tests) > 0 && c.Split != "chronological" {
		l.Test, err = leaderboardLog(files)
	}
	return l, err
}
