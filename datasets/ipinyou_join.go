package datasets

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
)

// ipinyouFiles are the files of the contest by what they hold, in the order of their dates.
type ipinyouFiles struct{ impressions, clicks, tests []string }

// findIPinYou sorts files, and those in folders, by their names.
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

// bid is a bid and the creative that was shown.
func bid(values []string) string { return values[0] + "\t" + values[1] }

var bidColumns = []string{"bidid", "creative"}

// impressionLog is the log of the impressions with their labels.
func impressionLog(files *ipinyouFiles) (log, error) {
	impressions, err := openLogs(IPinYou(), files.impressions)
	if err != nil {
		return nil, err
	}
	clicks, err := openLogs(IPinYou(), files.clicks)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, columns []string) iter.Seq2[*record, error] {
		return func(yield func(*record, error) bool) {
			clicked := map[string]struct{}{}
			for r, err := range clicks(ctx, bidColumns) {
				switch {
				case err == nil:
					clicked[bid(r.values)] = struct{}{}
				case !yield(nil, err) || isFatal(err):
					return
				}
			}
			label := func(values []string) string {
				if _, is := clicked[bid(values)]; is {
					return "1"
				}
				return "0"
			}
			labelled(impressions, IPinYou().Label, bidColumns, label)(ctx, columns)(yield)
		}
	}, nil
}

// leaderboardLog is the log of the official test files.
func leaderboardLog(files *ipinyouFiles) (log, error) {
	s := IPinYou()
	s.Columns = ipinyouTestColumns
	l, err := openLogs(s, files.tests)
	return labelled(l, s.Label, []string{"nclick"}, func(values []string) string {
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

// labelled is a log with the column of the label, which is made of other columns.
func labelled(l log, label string, from []string, value func([]string) string) log {
	return func(ctx context.Context, columns []string) iter.Seq2[*record, error] {
		at := slices.Index(columns, label)
		if at < 0 {
			return l(ctx, columns)
		}
		asked := slices.Concat(from, columns[:at], columns[at+1:])
		return func(yield func(*record, error) bool) {
			out := &record{values: make([]string, 0, len(columns))}
			for r, err := range l(ctx, asked) {
				if err == nil {
					others := r.values[len(from):]
					out.path, out.line = r.path, r.line
					out.values = append(append(append(out.values[:0], others[:at]...), value(r.values)), others[at:]...)
				}
				if !yield(out, err) {
					return
				}
			}
		}
	}
}
