package known

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
)

// ipinyouFiles are the files of the contest of each kind, in the order of their dates.
type ipinyouFiles struct{ impressions, clicks, tests []string }

// findIPinYou finds the files of the contest among paths and in folders, by their names.
func findIPinYou(paths []string) (*ipinyouFiles, error) {
	files := &ipinyouFiles{}
	for _, root := range paths {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			if !files.add(path) && path == root {
				return fmt.Errorf("%s: its name must begin with imp, clk or leaderboard", path)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("datasets: ipinyou: %w", err)
		}
	}
	for _, list := range [][]string{files.impressions, files.clicks, files.tests} {
		slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(filepath.Base(a), filepath.Base(b)) })
	}
	return files, nil
}

func (f *ipinyouFiles) add(path string) bool {
	name := filepath.Base(path)
	switch {
	case strings.HasPrefix(name, "imp"):
		f.impressions = append(f.impressions, path)
	case strings.HasPrefix(name, "clk"):
		f.clicks = append(f.clicks, path)
	case strings.HasPrefix(name, "leaderboard"):
		f.tests = append(f.tests, path)
	default:
		return false
	}
	return true
}

// bid names a bid and the creative that was shown, which are the values of bidColumns.
func bid(values []string) string { return values[0] + "\t" + values[1] }

var bidColumns = []rawlog.Column{{Name: "bidid"}, {Name: "creative"}}

// impressionLog returns the log of the impressions with their labels.
func impressionLog(files *ipinyouFiles) (rawlog.Log, error) {
	impressions, err := rawlog.Open(IPinYou().Format, files.impressions)
	if err != nil {
		return nil, err
	}
	clicks, err := rawlog.Open(IPinYou().Format, files.clicks)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, columns []rawlog.Column, meter *rawlog.Meter) iter.Seq2[*rawlog.Record, error] {
		return func(yield func(*rawlog.Record, error) bool) {
			clicked := map[string]struct{}{}
			for r, err := range clicks(ctx, bidColumns, meter) {
				switch {
				case err == nil:
					clicked[bid(r.Values)] = struct{}{}
				case !yield(nil, err) || rawlog.IsFatal(err):
					return
				}
			}
			label := func(values []string) string {
				if _, is := clicked[bid(values)]; is {
					return "1"
				}
				return "0"
			}
			labelled(impressions, IPinYou().Label, bidColumns, label)(ctx, columns, meter)(yield)
		}
	}, nil
}

// leaderboardLog returns the log of the official test files.
func leaderboardLog(files *ipinyouFiles) (rawlog.Log, error) {
	s := IPinYou()
	s.Format.Columns = ipinyouTestColumns
	l, err := rawlog.Open(s.Format, files.tests)
	return labelled(l, s.Label, []rawlog.Column{{Name: "nclick"}}, func(values []string) string {
		n, err := strconv.ParseUint(values[0], 10, 64)
		switch {
		case err != nil:
			return values[0] // which is no label
		case n > 0:
			return "1"
		}
		return "0"
	}), err
}

// labelled returns a log that also has the column of the label, which is made of other columns.
func labelled(l rawlog.Log, label string, from []rawlog.Column, value func([]string) string) rawlog.Log {
	return func(ctx context.Context, columns []rawlog.Column, meter *rawlog.Meter) iter.Seq2[*rawlog.Record, error] {
		at := slices.IndexFunc(columns, func(c rawlog.Column) bool { return c.Name == label })
		if at < 0 {
			return l(ctx, columns, meter)
		}
		asked := slices.Concat(from, columns[:at], columns[at+1:])
		return func(yield func(*rawlog.Record, error) bool) {
			out := &rawlog.Record{Values: make([]string, 0, len(columns))}
			for r, err := range l(ctx, asked, meter) {
				if err == nil {
					others := r.Values[len(from):]
					out.Path, out.Line = r.Path, r.Line
					out.Values = append(append(append(out.Values[:0], others[:at]...), value(r.Values)), others[at:]...)
				}
				if !yield(out, err) {
					return
				}
			}
		}
	}
}
