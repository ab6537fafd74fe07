package safefile

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Folder makes a folder of what fill writes. The folder appears when it is complete and on the disk: until then
// everything is in a hidden folder beside it, which is removed on an error. A folder that is not empty is an
// fs.ErrExist; a place inside a folder that belongs to a run is an ErrInside.
func Folder(dir string, fill func(work string) error) error {
	dir, err := followLinks(filepath.Clean(dir))
	if err == nil {
		err = errors.Join(isFree(dir), checkPlace(dir))
	}
	if err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	work, err := makeWorkFolder(dir)
	if err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	defer os.RemoveAll(work) // which is gone once it is renamed
	if err := fill(work); err != nil {
		return err
	}
	err = syncAll(work)
	if err == nil {
		err = os.Rename(work, dir)
	}
	if err == nil {
		err = SyncFolder(filepath.Dir(dir))
	}
	if err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	return nil
}

// makeWorkFolder makes the hidden folder, with the permissions that the umask leaves.
func makeWorkFolder(dir string) (string, error) {
	for {
		work := filepath.Join(filepath.Dir(dir), fmt.Sprintf(".%s-%08x", filepath.Base(dir), rand.Uint32()))
		if err := os.Mkdir(work, 0o777); !errors.Is(err, fs.ErrExist) {
			return work, err
		}
	}
}

// syncAll makes sure that all files of a folder are on the disk.
func syncAll(dir string) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return SyncFolder(path) // which is as good for a file
	})
}

// isFree returns an error if something would be overwritten.
func isFree(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) > 0:
		return fmt.Errorf("%s: %w, and is not empty", dir, fs.ErrExist)
	}
	return nil
}
