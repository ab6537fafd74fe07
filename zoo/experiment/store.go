package experiment

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/klauspost/compress/gzip"
)

// ErrDamaged is wrapped by what Store.Damaged tells.
var ErrDamaged = errors.New("damaged record")

// Store is a file of JSON lines: runs, comparisons and intervals. A line is added by one write and synced, so
// that an interruption loses no line that was there. Its methods may be called from several
// goroutines.
type Store struct {
	// Damaged are the lines that could not be read; they are left out, and stay in the file.
	Damaged []error

	lock        sync.Mutex
	path        string
	packed      bool // by gzip
	file        *os.File
	inUse       *safefile.Lock
	records     []*Record
	byKey       map[string]*Record
	comparisons []*Comparison
	intervals   []*Interval
}

// line is a line of the file: one of the three.
type line struct {
	Run        *Record     `json:"run,omitempty"`
	Comparison *Comparison `json:"comparison,omitempty"`
	Interval   *Interval   `json:"interval,omitempty"`
}

// ReadStore reads the records of a file, which stays as it is. A file that gzip has packed is read, too.
func ReadStore(path string) (*Store, error) {
	text, packed, err := readPacked(path)
	if err != nil {
		return nil, fmt.Errorf("experiment: records: %w", err)
	}
	s := &Store{path: path, packed: packed, byKey: map[string]*Record{}}
	lines := bufio.NewReader(bytes.NewReader(text))
	for number := 1; ; number++ {
		text, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(text)) > 0 {
			s.read(number, text)
		}
		if err == io.EOF {
			return s, nil
		}
	}
}

func (s *Store) read(number int, text []byte) {
	var l line
	err := json.Unmarshal(text, &l)
	switch {
	case err != nil:
		s.Damaged = append(s.Damaged, fmt.Errorf("experiment: %s:%d: %w: %w", s.path, number, ErrDamaged, err))
	case l.Run != nil && len(l.Run.Results) > 0 && l.Run.Settings.Key() == l.Run.Key:
		s.keep(l.Run)
	case l.Comparison != nil:
		s.comparisons = append(s.comparisons, l.Comparison)
	case l.Interval != nil:
		s.intervals = append(s.intervals, l.Interval)
	default:
		s.Damaged = append(s.Damaged, fmt.Errorf("experiment: %s:%d: %w: neither a run whose key fits its settings nor a comparison of runs", s.path, number, ErrDamaged))
	}
}

// NewStore returns a store of records that are in memory only. Nothing can be added to it.
func NewStore(records ...*Record) *Store {
	s := &Store{byKey: map[string]*Record{}}
	for _, r := range records {
		s.keep(r)
	}
	return s
}

// ErrInUse is wrapped by the error of a file to which another process adds.
var ErrInUse = errors.New("another process adds records to it")

// ErrPacked is wrapped by the error of a packed file to which records should be added.
var ErrPacked = errors.New("records cannot be added to a packed file: unpack it")

// MostBytes is how many bytes a file of records may have, packed or not: 1 GiB.
const MostBytes = 1 << 30

// readPacked reads a file, and unpacks it if gzip has packed it.
func readPacked(path string) (text []byte, packed bool, err error) {
	text, err = safefile.Read(path, MostBytes)
	if err != nil || !bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
		return text, false, err
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(text))
	if err == nil {
		text, err = io.ReadAll(io.LimitReader(unpacked, MostBytes+1))
	}
	if err == nil && len(text) > MostBytes {
		err = fmt.Errorf("it unpacks to more than %d bytes", MostBytes)
	}
	if err != nil {
		return nil, true, fmt.Errorf("%s: %w", path, err)
	}
	return text, true, nil
}

// OpenStore reads the records of a file, if it is there, and opens it for more. It fails with ErrInUse if another process, or
// another store, has it open. The lock is a file beside the scores.
// What is added later fails with it, too, if the lock was removed and another process has taken it.
func OpenStore(path string) (*Store, error) {
	lock, err := lockStore(path)
	if err != nil {
		return nil, fmt.Errorf("experiment: records: %s: %w", path, err)
	}
	s, err := openLocked(path)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	s.inUse = lock
	return s, nil
}

// lockStore keeps a file of records for one store.
func lockStore(path string) (*safefile.Lock, error) {
	folder := scoreFolder(path)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, err
	}
	lock, err := safefile.TakeLock(filepath.Join(folder, "lock"))
	return lock, ofLock(err)
}

// checkLock returns an error unless this store has the file of records. Others may have removed the folder of the lock.
func (s *Store) checkLock() error {
	if err := os.MkdirAll(scoreFolder(s.path), 0o777); err != nil {
		return err
	}
	return ofLock(s.inUse.Check())
}

// ofLock makes an error of a lock one of this package.
func ofLock(err error) error {
	if errors.Is(err, safefile.ErrLocked) {
		return fmt.Errorf("%w: %w", ErrInUse, err)
	}
	return err
}

func openLocked(path string) (*Store, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o666)
	if err != nil {
		return nil, fmt.Errorf("experiment: records: %w", err)
	}
	s, err := ReadStore(path)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if s.packed {
		return nil, errors.Join(fmt.Errorf("experiment: records: %s: %w", path, ErrPacked), file.Close())
	}
	s.file = file
	if err := s.endLine(); err != nil {
		return nil, errors.Join(fmt.Errorf("experiment: records: %w", err), file.Close())
	}
	return s, nil
}

// endLine ends a last line that an interruption cut off, so that the next one starts anew.
func (s *Store) endLine() error {
	size, err := s.file.Seek(0, io.SeekEnd)
	if err != nil || size == 0 {
		return err
	}
	var last [1]byte
	if _, err := s.file.ReadAt(last[:], size-1); err != nil || last[0] == '\n' {
		return err
	}
	_, err = s.file.Write([]byte{'\n'})
	return err
}

// Close closes the file, and gives it free.
func (s *Store) Close() error { return errors.Join(s.file.Close(), s.inUse.Close()) }

// Records are the runs, in the order in which they ended.
func (s *Store) Records() []*Record {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.records
}

// Name returns the name of the file; "" of records that are in memory only.
func (s *Store) Name() string {
	if s.path == "" {
		return ""
	}
	return filepath.Base(s.path)
}

// Comparisons are those of the methods of finished grids.
func (s *Store) Comparisons() []*Comparison { return s.comparisons }

// Intervals are those of the methods of finished grids.
func (s *Store) Intervals() []*Interval { return s.intervals }

// Find is the run with a key, or nil.
func (s *Store) Find(key string) *Record {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.byKey[key]
}

// Add writes a run.
func (s *Store) Add(r *Record) error {
	s.lock.Lock()
	defer s.lock.Unlock()
	if err := s.write(line{Run: r}); err != nil {
		return err
	}
	s.keep(r)
	return nil
}

// label gives a run another name if it was made by another grid.
func (s *Store) label(r *Record, grid string, j *job) error {
	for _, known := range s.Records() {
		if known.Key == r.Key && known.Grid == grid && known.Method == j.method {
			return nil
		}
	}
	named := *r
	j.name(&named, grid)
	return s.Add(&named)
}

func (s *Store) addComparison(c *Comparison) error {
	s.lock.Lock()
	defer s.lock.Unlock()
	if err := s.write(line{Comparison: c}); err != nil {
		return err
	}
	s.comparisons = append(s.comparisons, c)
	return nil
}

func (s *Store) addInterval(i *Interval) error {
	s.lock.Lock()
	defer s.lock.Unlock()
	if err := s.write(line{Interval: i}); err != nil {
		return err
	}
	s.intervals = append(s.intervals, i)
	return nil
}

func (s *Store) keep(r *Record) {
	s.records = append(s.records, r)
	s.byKey[r.Key] = r
}

func (s *Store) write(l line) error {
	text, err := json.Marshal(l)
	if err == nil {
		err = s.checkLock()
	}
	if err == nil {
		_, err = s.file.Write(append(text, '\n'))
	}
	if err == nil {
		err = s.file.Sync()
	}
	if err != nil {
		return fmt.Errorf("experiment: records: %w", err)
	}
	return nil
}
