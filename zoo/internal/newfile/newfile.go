// Package newfile writes files that are new, and get their names together, once all of them are whole.
package newfile

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Set is files that belong together. The zero Set has none.
type Set struct{ files []*file }

type file struct {
	*bufio.Writer
	file  *os.File
	path  string
	named bool
}

// Check finds a path that something has already; the error wraps fs.ErrExist.
func Check(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s: %w", path, fs.ErrExist)
	}
	return nil
}

// Create begins a file. Until Commit it has another name, in the same folder.
func (s *Set) Create(path string) (*bufio.Writer, error) {
	if err := Check(path); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return nil, err
	}
	s.files = append(s.files, &file{bufio.NewWriterSize(f, 1<<20), f, path, false})
	return s.files[len(s.files)-1].Writer, nil
}

// Commit gives the files their names, in the order in which they were begun. If that fails, none of them is left.
func (s *Set) Commit() error {
	defer s.Discard()
	for _, f := range s.files {
		if err := errors.Join(f.Flush(), f.file.Chmod(0o644), f.file.Sync(), f.file.Close()); err != nil {
			return err
		}
	}
	for _, f := range s.files {
		if err := Check(f.path); err != nil {
			return err
		}
		if err := os.Rename(f.file.Name(), f.path); err != nil {
			return err
		}
		f.named = true
	}
	s.files = nil
	return nil
}

// Discard removes the files, unless they were committed.
func (s *Set) Discard() {
	for _, f := range s.files {
		f.file.Close()
		if f.named {
			os.Remove(f.path)
		} else {
			os.Remove(f.file.Name())
		}
	}
	s.files = nil
}
