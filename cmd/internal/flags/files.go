package flags

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/prepared"
)

// errNoFile is the error of a pattern or a folder without a file.
var errNoFile = errors.New("there is no such file")

// errPrepared is the error of a folder of prepared data where raw files are wanted.
var errPrepared = errors.New("it is a folder of prepared data, which has ids instead of raw values; zoo train --data trains on it")

// Expand returns the files that paths name: a file itself, the files of a folder but for hidden ones, and those that match a
// pattern such as logs/day*.csv, in the order of their names. flag is named in the error of one without a file.
func Expand(flag string, paths []string) ([]string, error) {
	var all []string
	for _, path := range paths {
		files, err := expand(path)
		if err != nil {
			return nil, fmt.Errorf("--%s %s: %w", flag, path, err)
		}
		all = append(all, files...)
	}
	return all, nil
}

func expand(path string) ([]string, error) {
	info, err := os.Stat(path)
	pattern := path
	switch {
	case err == nil && info.IsDir() && prepared.Exists(path):
		return nil, errPrepared
	case err == nil && info.IsDir():
		pattern = filepath.Join(path, "[^.]*")
	case err == nil || !strings.ContainsAny(path, "*?["):
		return []string{path}, nil // one that is missing is an error where it is opened
	}
	found, err := filepath.Glob(pattern)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(name string) bool {
		info, err := os.Stat(name)
		return err != nil || info.IsDir()
	})
	if len(found) == 0 {
		return nil, errNoFile
	}
	return found, nil
}
