package rawlog

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
)

// Meter counts the bytes that are read of some files, as they are on the disk, and hashes them if it is asked to. It is
// safe for concurrent use.
type Meter struct {
	read  atomic.Int64
	total int64
	files []meteredFile

	lock   sync.Mutex
	hashes map[string]Source // by path, of the files that were read; nil: they are not hashed
}

// Source is a file that was read.
type Source struct {
	Name   string `json:"name"` // without its folder
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// meteredFile is a file as it was before it was read.
type meteredFile struct {
	path string
	info fs.FileInfo // nil if there is none
}

// NewMeter weighs files, and folders with all that is in them. A file that cannot be weighed counts
// as nothing: opening it returns the error.
func NewMeter(paths []string) *Meter {
	m := &Meter{}
	for _, path := range paths {
		_ = filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				return nil
			}
			info, err := os.Stat(path)
			if err == nil {
				m.total += info.Size()
			} else {
				info = nil
			}
			m.files = append(m.files, meteredFile{path, info})
			return nil
		})
	}
	return m
}

// HashFiles lets the meter hash the files while they are read, for Sources.
func (m *Meter) HashFiles() { m.hashes = map[string]Source{} }

// Add counts n bytes that were read of a file without OpenFile. A nil Meter counts nothing.
func (m *Meter) Add(n int64) {
	if m != nil {
		m.read.Add(n)
	}
}

// Share returns how much of the files has been read, from 0 to 1.
func (m *Meter) Share() float64 {
	if m.total == 0 {
		return 0
	}
	return min(1, float64(m.read.Load())/float64(m.total))
}

func (m *Meter) newHash() hash.Hash {
	if m == nil || m.hashes == nil {
		return nil
	}
	return sha256.New()
}

func (m *Meter) keep(path string, bytes int64, h hash.Hash) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.hashes[path] = Source{filepath.Base(path), bytes, hex.EncodeToString(h.Sum(nil))}
}

var (
	errChanged = errors.New("it changed while it was read")
	errOnce    = errors.New("it can be read only once")
)

// Sources returns the files with the hashes of what was read of them. A file that was not read from its begin to its
// end, such as one of Parquet, is read now; it must be a regular one, and must not have changed.
func (m *Meter) Sources() ([]Source, error) {
	var list []Source
	for _, f := range m.files {
		s, known := m.hashes[f.path]
		if !known {
			var err error
			if s, err = f.hash(); err != nil {
				return nil, fmt.Errorf("datasets: %s: %w", f.path, err)
			}
		}
		list = append(list, s)
	}
	return list, nil
}

func (f *meteredFile) hash() (Source, error) {
	if f.info == nil || !f.info.Mode().IsRegular() {
		return Source{}, errOnce
	}
	file, err := safefile.Open(f.path)
	if err != nil {
		return Source{}, err
	}
	defer file.Close()
	h := sha256.New()
	n, err := io.Copy(h, file)
	if err != nil {
		return Source{}, err
	}
	if now, err := file.Stat(); err != nil || !os.SameFile(now, f.info) || n != f.info.Size() || !now.ModTime().Equal(f.info.ModTime()) {
		return Source{}, errors.Join(errChanged, err)
	}
	return Source{filepath.Base(f.path), n, hex.EncodeToString(h.Sum(nil))}, nil
}
