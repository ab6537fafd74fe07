package safefile

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Set is new files that belong together, and get their names together, once all of them are whole. The zero Set has none.
type Set struct{ files []*newFile }

type newFile struct {
	*bufio.Writer
	file  *os.File
	path  string
	named bool
}

// CheckNew finds a path that something has already, by an error that wraps fs.ErrExist, and Stdin, which would be the standard output.
func CheckNew(path string) error {
	if path == Stdin {
		return fmt.Errorf("%s: a new file is needed, not the standard output", path)
	}
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s: %w", path, fs.ErrExist)
	}
	return nil
}

// Create begins a file. Until Commit it has another name, in the same folder. A place inside a folder that belongs to a
// run is an ErrInside.
func (s *Set) Create(path string) (*bufio.Writer, error) {
	if err := errors.Join(CheckNew(path), checkPlace(path)); err != nil {
		return nil, err
	}
	f, err := createTemporary(path)
	if err != nil {
		return nil, err
	}
	s.files = append(s.files, &newFile{bufio.NewWriterSize(f, 1<<20), f, path, false})
	return s.files[len(s.files)-1].Writer, nil
}

// Commit gives the files their names, in the order in which they were begun. If that fails, none of them is left.
func (s *Set) Commit() error {
	defer s.Discard()
	for _, f := range s.files {
		if err := errors.Join(f.Flush(), f.file.Sync(), f.file.Close()); err != nil {
			return err
		}
	}
	for _, f := range s.files {
		if err := CheckNew(f.path); err != nil {
			return err
		}
		if err := os.Rename(f.file.Name(), f.path); err != nil {
			return err
		}
		f.named = true
	}
	for _, f := range s.files {
		if err := SyncFolder(filepath.Dir(f.path)); err != nil {
			return err
		}
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
