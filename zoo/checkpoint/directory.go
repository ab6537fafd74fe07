package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
)

// Directory is where a run keeps its checkpoints. One process at a time may have it, by a lock that
// ends with the process, however it ends. It holds
//
//	settings.json            what the caller wants to know again when the run is resumed
//	schema.yaml              of raw samples, and
//	vocabulary.safetensors   their values, if the run has an encoding
//	best.json                the best evaluation, if the test part is measured for it alone
//	epoch-E-batch-B          a checkpoint after B batches of epoch E, for each that is kept
//
// A Directory that is closed, or was not made by Create or Open, holds no lock: what would write to it is an ErrClosed. So is one
// whose lock file was removed while another process took the directory: an ErrInUse.
type Directory struct {
	path     string
	lock     *safefile.Lock
	settings map[string]string
}

// StreamFolder is a folder that the directory of a stream has beside its settings, and that of a run has not; see package stream.
const StreamFolder = "days"

// Create makes a directory for a new run, and keeps the caller's settings in it. It fails
// with ErrInside if it is in a checkpoint, which may be removed, with safefile.ErrInside if it is inside another run, a stream or prepared data, with ErrHoldsRun if there is a run in it that has saved
// something, or a stream, with ErrHoldsFile if a file of another origin has the name of one of a run's, and with ErrInUse if another process
// has it.
func Create(path string, settings map[string]string) (*Directory, error) {
	if err := checkOutside(path); err != nil {
		return nil, err
	}
	if err := safefile.CheckOutside(path); err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	return CreateInside(path, settings)
}

// CreateInside is Create for a directory that may be inside another one, as those of the days are inside that of their stream; but not in
// a checkpoint.
func CreateInside(path string, settings map[string]string) (*Directory, error) {
	if err := checkOutside(path); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	d, err := lockDirectory(path)
	if err != nil {
		return nil, err
	}
	if err := d.create(settings); err != nil {
		d.Close()
		return nil, fmt.Errorf("zoo: %s: %w", path, err)
	}
	return d, nil
}

// checkOutside refuses a path within a checkpoint.
func checkOutside(path string) error {
	whole, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("zoo: %w", err)
	}
	for dir := whole; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if namePattern.MatchString(filepath.Base(dir)) {
			return fmt.Errorf("zoo: %s: %w", path, ErrInside)
		}
	}
	return nil
}

func (d *Directory) create(settings map[string]string) error {
	switch names, err := list(d.path); {
	case err != nil:
		return err
	case len(names) > 0:
		return ErrHoldsRun
	}
	_, err := os.Stat(d.file(settingsFile))
	if _, found := os.Stat(d.file(StreamFolder)); found == nil && err == nil {
		return ErrHoldsRun
	}
	for _, name := range []string{schemaFile, vocabularyFile} {
		name = filepath.Base(name)
		// Beside settings it is of a run that ended before its first checkpoint.
		if _, found := os.Stat(d.file(name)); found == nil && err != nil {
			return fmt.Errorf("%w: %s", ErrHoldsFile, name)
		}
	}
	d.settings = settings
	return d.KeepSettings()
}

// SetSettings changes the settings. KeepSettings writes them, once the run in the directory goes on.
func (d *Directory) SetSettings(settings map[string]string) { d.settings = settings }

// KeepSettings writes the settings to the disk.
func (d *Directory) KeepSettings() error {
	if err := d.CheckLock(); err != nil {
		return err
	}
	return d.keep(settingsFile, d.settings)
}

// keep writes content to a file of the directory, which must be locked.
func (d *Directory) keep(file string, content any) error {
	if err := writeSealed(d.file(file+temporary), content); err != nil {
		os.Remove(d.file(file + temporary))
		return err
	}
	return d.rename(file+temporary, file)
}

// Checkpoints returns the names of the checkpoints in the directory, the oldest first.
func (d *Directory) Checkpoints() ([]string, error) { return list(d.path) }

// Latest returns the name of the latest checkpoint in the directory, "" if there is none yet.
func (d *Directory) Latest() (string, error) {
	names, err := d.Checkpoints()
	if err != nil || len(names) == 0 {
		return "", err
	}
	return names[len(names)-1], nil
}

// Open opens the directory of a run that is to be resumed. It fails with ErrHoldsNoRun if
// there is none in it, and with ErrInUse if another process has it.
func Open(path string) (*Directory, error) {
	if _, err := os.Stat(filepath.Join(path, settingsFile)); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("zoo: %s: %w", path, ErrHoldsNoRun)
	}
	d, err := lockDirectory(path)
	if err != nil {
		return nil, err
	}
	if err := d.open(); err != nil {
		d.Close()
		return nil, fmt.Errorf("zoo: %w", err)
	}
	return d, nil
}

func (d *Directory) open() error {
	if err := readSealed(d.file(settingsFile), &d.settings); err != nil {
		return err
	}
	return d.removeLeft()
}

// removeLeft removes what a run that was killed has left unfinished: what has a name that this package gives, and
// nothing else.
func (d *Directory) removeLeft() error {
	entries, err := os.ReadDir(d.path)
	for _, e := range entries {
		name, unfinished := strings.CutSuffix(e.Name(), temporary)
		isFile := slices.Contains([]string{settingsFile, bestFile, filepath.Base(schemaFile), filepath.Base(vocabularyFile)}, name)
		if unfinished && (isFile && e.Type().IsRegular() || namePattern.MatchString(name)) {
			err = errors.Join(err, os.RemoveAll(d.file(e.Name())))
		}
	}
	return err
}

// lockDirectory takes the lock of a directory.
func lockDirectory(path string) (*Directory, error) {
	lock, err := safefile.TakeLock(filepath.Join(path, lockFile))
	if err != nil {
		return nil, fmt.Errorf("zoo: %s: %w", path, ofLock(err))
	}
	return &Directory{path: path, lock: lock}, nil
}

// ofLock makes an error of a lock one of this package.
func ofLock(err error) error {
	switch {
	case errors.Is(err, safefile.ErrLocked):
		return fmt.Errorf("%w: %w", ErrInUse, err)
	case errors.Is(err, safefile.ErrUnlocked):
		return ErrClosed
	}
	return err
}

// ReadSettings reads the settings of a run from its directory, or from one of its checkpoints, also
// while it is running.
func ReadSettings(path string) (map[string]string, error) {
	if path = Resolve(path); namePattern.MatchString(filepath.Base(path)) {
		path = filepath.Dir(path)
	}
	var settings map[string]string
	if err := readSealed(filepath.Join(path, settingsFile), &settings); err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	return settings, nil
}

// Close lets other processes have the directory.
func (d *Directory) Close() error {
	if d == nil {
		return nil
	}
	return d.lock.Close()
}

// CheckLock returns an ErrClosed or an ErrInUse unless this process has the directory.
func (d *Directory) CheckLock() error {
	if d == nil {
		return ErrClosed
	}
	return ofLock(d.lock.Check())
}

// Path returns where the directory is.
func (d *Directory) Path() string { return d.path }

// Settings returns those that the directory was made with.
func (d *Directory) Settings() map[string]string { return d.settings }

func (d *Directory) file(name string) string { return filepath.Join(d.path, name) }

func (d *Directory) rename(from, to string) error {
	if err := os.Rename(d.file(from), d.file(to)); err != nil {
		return err
	}
	return safefile.SyncFolder(d.path)
}

// Add adds a checkpoint, whose files fill writes into the directory it is given. If fill fails, nothing is left.
func (d *Directory) Add(name string, fill func(path string) error) error {
	if err := d.CheckLock(); err != nil {
		return err
	}
	if !namePattern.MatchString(name) {
		return fmt.Errorf("%q is no name of a checkpoint", name)
	}
	path := d.file(name + temporary)
	err := os.Mkdir(path, 0o777)
	if err == nil {
		err = fill(path)
	}
	if err == nil {
		err = safefile.SyncFolder(path)
	}
	if err == nil {
		err = d.rename(name+temporary, name)
	}
	if err != nil {
		os.RemoveAll(path)
	}
	return err
}

// Remove removes a checkpoint. Until it is gone it has another name.
func (d *Directory) Remove(name string) error {
	if err := d.CheckLock(); err != nil {
		return err
	}
	if err := d.rename(name, name+temporary); err != nil {
		return err
	}
	return os.RemoveAll(d.file(name + temporary))
}
