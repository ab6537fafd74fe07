package safefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
)

// Temporary ends the names of files that are not finished.
const Temporary = ".tmp"

// createTemporary creates a new file beside target, with the permissions that the umask leaves.
func createTemporary(target string) (*os.File, error) {
	for {
		name := fmt.Sprintf("%s.%08x%s", target, rand.Uint32(), Temporary)
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// Replace writes a file in place of an older one, which stays whole until the new one is on the disk. Until then it has
// the name of the file with Temporary behind it, so that only one process at a time may do it.
func Replace(path string, write func(io.Writer) error) error {
	err := writeSynced(path+Temporary, write)
	if err == nil {
		err = os.Rename(path+Temporary, path)
	}
	if err != nil {
		os.Remove(path + Temporary)
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// WriteFile is Replace for bytes that are in memory.
func WriteFile(path string, data []byte) error {
	return Replace(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

func writeSynced(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Sync(), f.Close())
}

// SyncFolder makes renames within a folder last.
func SyncFolder(path string) error {
	if runtime.GOOS == "windows" { // where a folder cannot be opened as a file
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
