// Package newfolder writes folders that appear only when they are complete.
package newfolder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Write makes a folder of what fill writes. The folder appears when it is complete: until then
// everything is in a hidden folder beside it, which is removed on an error. A folder that is not empty is an
// fs.ErrExist.
func Write(dir string, fill func(work string) error) error {
	if err := isFree(dir); err != nil {
		return err
	}
	parent, name := filepath.Split(filepath.Clean(dir))
	work, err := os.MkdirTemp(filepath.Clean(parent+"."), "."+name+"-*")
	if err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	defer os.RemoveAll(work) // which is gone once it is renamed
	if err := fill(work); err != nil {
		return err
	}
	if err := os.Chmod(work, 0o755); err != nil { // temporary folders are for their owner only
		return fmt.Errorf("datasets: %w", err)
	}
	if err := os.Rename(work, dir); err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	return nil
}

// isFree returns an error if something would be overwritten.
func isFree(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("datasets: %w", err)
	case len(entries) > 0:
		return fmt.Errorf("datasets: %s: %w, and is not empty", dir, fs.ErrExist)
	}
	return nil
}
