package stream

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
)

// What the errors of days that cannot be trained wrap.
var (
	ErrChanged = errors.New("the day has changed")
	ErrNoFile  = errors.New("a day must be made of regular files, which can be read twice")
)

// File is a file that a day was read from.
type File struct {
	Name     string    `json:"name"` // without its folder
	Bytes    int64     `json:"bytes"`
	Modified time.Time `json:"modified"`
	SHA256   string    `json:"sha256"`
}

// stat returns what is known of files without reading them.
func stat(paths []string) ([]File, error) {
	var list []File
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() {
			return nil, fmt.Errorf("%s: %w", path, ErrNoFile)
		}
		list = append(list, File{Name: filepath.Base(path), Bytes: info.Size(), Modified: info.ModTime().UTC()})
	}
	return list, nil
}

// seal adds the hashes of files that have been read, unless one of them has changed since it was looked at.
func seal(list []File, paths []string) error {
	for i, path := range paths {
		var err error
		if list[i].SHA256, err = hashFile(path); err != nil {
			return err
		}
	}
	now, err := stat(paths)
	if err != nil {
		return err
	}
	for i, f := range list {
		if now[i].Bytes != f.Bytes || !now[i].Modified.Equal(f.Modified) {
			return fmt.Errorf("%w: %s was written to while it was read: a day must be complete", ErrChanged, paths[i])
		}
	}
	return nil
}

func hashFile(path string) (string, error) {
	f, err := safefile.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}

// check returns an error if a day that is done is not what it was. A file is read only if its time has changed, and its size
// has not.
func (r *Record) check(d *Day) error {
	const advice = "its rows are not trained again: leave the day out, or begin another stream"
	if d.Log != nil || d.Origin != nil {
		if !bytes.Equal(r.Origin, d.Origin) {
			return fmt.Errorf("%w since it was trained: it was %s, and is %s; %s", ErrChanged, r.Origin, d.Origin, advice)
		}
		return nil
	}
	now, err := stat(d.Files)
	if err != nil {
		return err
	}
	if len(now) != len(r.Files) {
		return fmt.Errorf("%w since it was trained: it had %d files, and has %d; %s", ErrChanged, len(r.Files), len(now), advice)
	}
	for i, f := range r.Files {
		if now[i].Bytes != f.Bytes {
			return fmt.Errorf("%w since it was trained: %s had %d bytes, and has %d; %s", ErrChanged, d.Files[i], f.Bytes, now[i].Bytes, advice)
		}
		if now[i].Modified.Equal(f.Modified) {
			continue
		}
		hash, err := hashFile(d.Files[i])
		if err != nil {
			return err
		}
		if hash != f.SHA256 {
			return fmt.Errorf("%w since it was trained: %s has other bytes; %s", ErrChanged, d.Files[i], advice)
		}
	}
	return nil
}
