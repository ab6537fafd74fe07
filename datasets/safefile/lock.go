package safefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gofrs/flock"
)

// What the errors of a lock wrap.
var (
	// ErrLocked is that of a lock that another process, or another Lock, has.
	ErrLocked = errors.New("another process has it")
	// ErrUnlocked is that of a lock that is closed, or was never taken.
	ErrUnlocked = errors.New("it is not open")
)

// A Lock is a file that one holder at a time may have. It ends with the process, however that ends. The file stays.
type Lock struct {
	flock *flock.Flock
	file  os.FileInfo
}

// TakeLock takes the lock at a path, and does not wait for it: a lock that another has is an ErrLocked, and what is no regular
// file an ErrNotRegular.
func TakeLock(path string) (*Lock, error) {
	l := &Lock{flock: flock.New(path)}
	return l, l.take()
}

func (l *Lock) take() error {
	path := l.flock.Path()
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() { // opening it might wait for ever
		return fmt.Errorf("%s: %w", path, ErrNotRegular)
	}
	locked, err := l.flock.TryLock()
	if err == nil && !locked {
		err = ErrLocked
	}
	if err == nil {
		l.file, err = os.Lstat(path)
	}
	return err
}

// Check returns an error unless the lock is held. If somebody removed the file, the lock is taken anew; if another file has its
// place, another process may have that one, and the lock is lost: an ErrLocked.
func (l *Lock) Check() error {
	if l == nil || !l.flock.Locked() {
		return ErrUnlocked
	}
	info, err := os.Lstat(l.flock.Path())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.Join(l.flock.Close(), l.take())
	case err == nil && !os.SameFile(info, l.file):
		err = fmt.Errorf("%s was replaced: %w", l.flock.Path(), ErrLocked)
	}
	return err
}

// Close gives the lock away. Closing it twice, or one that was never taken, does nothing.
func (l *Lock) Close() error {
	if l == nil {
		return nil
	}
	return l.flock.Close()
}
