package datasets

import (
	"context"
	"fmt"
)

// ipinyouFields are the fields of make-ipinyou-data, in the order of its libsvm files. The tags of
// users are left out: they tell of clicks.
var ipinyouFields = []string{
	"weekday", "hour", "useragent", "IP", "region", "city", "adexchange", "domain",
	"slotid", "slotwidth", "slotheight", "slotvisibility", "slotformat", "creative", "advertiser", "slotprice",
}

// ipinyouLoader reads the raw logs of the iPinYou contest, seasons 2 and 3: files, or folders with
// files, named imp.* and clk.*, each packed or not. A sample is an impression; it is a click if
// the click log has its bid and creative. Files of the contest's test, whose lines have the
// numbers of clicks and conversions at their end, may be given as those of the test part.
//
// Fields are the 16 of make-ipinyou-data: the user agent is cut down to the operating system and
// the browser, the price of the slot to five bins, the time to weekday and hour. Splits of files
// that have no test part: day (default), the last day; chronological, 8:1:1 by time.
//
// Memory holds some 100 bytes for each click, besides what a raw log takes.
func ipinyouLoader() loader {
	schema := func(o LoadOptions) (*Schema, error) {
		s := &Schema{Label: "click", Split: &Split{By: "time", Column: "time", Layout: ipinyouTime}}
		switch o.Split {
		case "", "day":
			s.Split.Test = "1d"
		case "chronological":
			s.Split.Valid, s.Split.Test = "0.1", "0.1"
		default:
			return nil, fmt.Errorf("datasets: ipinyou: unknown split %q; known: day, chronological", o.Split)
		}
		for _, name := range ipinyouFields {
			f := FieldSchema{Name: name, MinCount: o.MinCount}
			switch name {
			case "weekday", "hour":
				f.Column, f.Derive, f.Layout = "time", name, ipinyouTime
			case "slotprice":
				f.Bins, f.MinCount = []float64{0, 10, 50, 100}, 0
			}
			s.Fields = append(s.Fields, f)
		}
		return s, nil
	}
	open := func(_ context.Context, paths []string, _ LoadOptions) (logs, error) {
		files, err := findIPinYou(paths)
		return logs{Train: files.log}, err
	}
	return loader{name: "ipinyou", schema: schema, open: open}
}

// ipinyouLibsvmLoader reads the libsvm files that make-ipinyou-data writes for a campaign: each
// line has the index of the value of each of the 16 fields. They come in parts.
func ipinyouLibsvmLoader() loader {
	schema := func(o LoadOptions) (*Schema, error) {
		if o.Split != "" {
			return nil, fmt.Errorf("datasets: ipinyou-libsvm: its files come in parts; leave out split %q", o.Split)
		}
		s := &Schema{Label: "label", Format: "libsvm"}
		for i, name := range ipinyouFields {
			s.Fields = append(s.Fields, FieldSchema{Name: name, Column: fmt.Sprint(i + 1), MinCount: o.MinCount})
		}
		return s, nil
	}
	open := func(_ context.Context, paths []string, o LoadOptions) (logs, error) {
		s, err := schema(o)
		if err != nil {
			return logs{}, err
		}
		return logs{Train: openLogs(s, paths)}, nil
	}
	return loader{name: "ipinyou-libsvm", schema: schema, open: open}
}
