package safefile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// What the errors of a place that must not be written to wrap.
var (
	ErrInside  = errors.New("it is inside a folder that belongs to a run or to prepared data")
	ErrIsInput = errors.New("it is what is read")
)

// owned lists by which files a folder is known to belong to the program: the directory of a run or of a stream, a
// checkpoint, and prepared data. Their packages have tests that hold these names to theirs.
func owned() [][]string {
	return [][]string{{"settings.json", "lock"}, {"manifest.json", "weights.safetensors"}, {"manifest.json", "vocabulary.parquet"}}
}

// IsOwned reports whether a folder belongs to a run, or is prepared data.
func IsOwned(dir string) bool {
	for _, names := range owned() {
		all := true
		for _, name := range names {
			_, err := os.Lstat(filepath.Join(dir, name))
			all = all && err == nil
		}
		if all {
			return true
		}
	}
	return false
}

// CheckOutside refuses a path inside a folder that belongs to a run, by an ErrInside. Neither the path nor the folders above it need to
// be there.
func CheckOutside(path string) error {
	whole, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	real, err := filepath.EvalSymlinks(whole)
	if err == nil {
		return checkFolders(path, filepath.Dir(real))
	}
	for dir := whole; err != nil && dir != filepath.Dir(dir); {
		dir = filepath.Dir(dir)
		real, err = filepath.EvalSymlinks(dir)
	}
	return checkFolders(path, real)
}

// checkPlace refuses a place inside a folder that is owned. The folder around it must be there.
func checkPlace(path string) error {
	real, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		return err
	}
	return checkFolders(path, real)
}

// checkFolders refuses a path if one of a folder and those above it is owned.
func checkFolders(path, dir string) error {
	for ; ; dir = filepath.Dir(dir) {
		if IsOwned(dir) {
			return fmt.Errorf("%s: %w: %s", path, ErrInside, dir)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

// checkInputs refuses a file that is one of the inputs, or in a folder that is one.
func checkInputs(path string, inputs []string) error {
	target, err := os.Stat(path)
	if err != nil {
		return nil // nothing is there yet
	}
	for _, input := range inputs {
		info, err := os.Stat(input)
		if err != nil {
			continue // whoever reads it returns the error
		}
		if os.SameFile(info, target) || info.IsDir() && isWithin(path, info) {
			return fmt.Errorf("%s: %w: %s", path, ErrIsInput, input)
		}
	}
	return nil
}

// isWithin reports whether a file is in a folder or in one below it.
func isWithin(path string, folder os.FileInfo) bool {
	real, err := filepath.EvalSymlinks(path)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	for dir := filepath.Dir(real); err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if info, statErr := os.Stat(dir); statErr == nil && os.SameFile(info, folder) {
			return true
		}
	}
	return false
}
