package feed

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/zoo/stream"
)

// What the errors of finding days wrap.
var (
	ErrNone     = errors.New("there is no such file")
	ErrTwice    = errors.New("comes twice")
	ErrPrepared = errors.New("a prepared folder cannot be a day: its ids are those of a vocabulary of its own, which does not go on " +
		"from the day before; give the raw log that it was prepared from")
)

// Files are days of which each is a file, or a folder of files that are read in the order of their names. A day has the name of
// its file without endings such as .csv.gz, or of its folder.
type Files struct {
	Patterns []string // of paths, see filepath.Glob
	Waiting
}

// found is a day and where it is: a file or a folder.
type found struct {
	stream.Day
	path string
}

// Find returns the days that are there, in the order of their names, complete or not.
func (f Files) Find() ([]stream.Day, error) {
	list, err := f.find()
	days := make([]stream.Day, len(list))
	for i, d := range list {
		days[i] = d.Day
	}
	return days, err
}

// Log returns the log of all files, one after the other in the order of their names, up to the first one that is not complete;
// unfinished says that there is one.
func (f Files) Log(format rawlog.Format) (l rawlog.Log, unfinished bool, err error) {
	all, err := f.Find()
	if err != nil {
		return nil, false, err
	}
	f.Follow = false
	var paths []string
	days := 0
	for d, err := range f.Days(context.Background()) {
		if err != nil {
			return nil, false, err
		}
		paths, days = append(paths, d.Files...), days+1
	}
	l, err = rawlog.Open(format, paths)
	return l, days < len(all), err
}

func (f Files) find() (list []found, err error) {
	for _, pattern := range f.Patterns {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", pattern, err)
		}
		if len(paths) == 0 && !f.Follow {
			return nil, fmt.Errorf("%s: %w", pattern, ErrNone)
		}
		for _, path := range paths {
			d, err := dayAt(path)
			switch {
			case errors.Is(err, fs.ErrNotExist) && f.Follow: // it has just gone
			case err != nil:
				return nil, err
			default:
				list = append(list, found{d, path})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b found) int { return strings.Compare(a.Name, b.Name) })
	for i := 1; i < len(list); i++ {
		if a, b := list[i-1], list[i]; a.Name == b.Name {
			return nil, fmt.Errorf("day %s %w: %s and %s", a.Name, ErrTwice, a.path, b.path)
		}
	}
	return list, nil
}

// dayAt returns the day of a file or a folder.
func dayAt(path string) (stream.Day, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return stream.Day{}, err
	case !info.IsDir():
		return stream.Day{Name: nameOf(path), Files: []string{path}}, nil
	case prepared.Exists(path):
		return stream.Day{}, fmt.Errorf("day %s: %s: %w", filepath.Base(path), path, ErrPrepared)
	}
	d := stream.Day{Name: filepath.Base(path)}
	entries, err := os.ReadDir(path)
	for _, entry := range entries {
		file := filepath.Join(path, entry.Name())
		switch {
		case strings.HasPrefix(entry.Name(), ".") || strings.HasPrefix(entry.Name(), "_"): // as others mark what is not data
		case entry.IsDir():
			return stream.Day{}, fmt.Errorf("day %s: %s is a folder within the folder of a day", d.Name, file)
		default:
			d.Files = append(d.Files, file)
		}
	}
	return d, err
}

// nameOf returns the name of a file without its endings. What has a digit is no ending, but part of a date.
func nameOf(path string) string {
	name := strings.TrimSuffix(filepath.Base(path), ".bz2")
	for {
		ending := filepath.Ext(name)
		if ending == "" || ending == name || strings.ContainsAny(ending, "0123456789") {
			return name
		}
		name = strings.TrimSuffix(name, ending)
	}
}

// lastChange returns when a day was written to last, as far as the file system knows. That of a folder is when a file came.
func (d *found) lastChange() (last time.Time, err error) {
	for _, path := range append([]string{d.path}, d.Files...) {
		info, err := os.Stat(path)
		if err != nil {
			return last, err
		}
		if info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last, nil
}
