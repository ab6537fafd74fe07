package zoo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/gofrs/flock"
)

// What the errors of directories wrap.
var (
	ErrInUse        = errors.New("another run is using the directory")
	ErrHoldsRun     = errors.New("the directory holds a run already: resume it, or choose another directory")
	ErrHoldsFile    = errors.New("the directory holds a file that is not of a run and would be overwritten")
	ErrHoldsNoRun   = errors.New("the directory holds no run")
	ErrNoCheckpoint = errors.New("the directory holds no checkpoint yet")
)

// Directory is where a run keeps its checkpoints. One process at a time may have it, by a lock that
// ends with the process, however it ends. It holds
//
//	settings.json            what the caller wants to know again when the run is resumed
//	schema.yaml              of raw samples, and
//	vocabulary.safetensors   their values, if the run has an encoding
//	epoch-E-batch-B          a checkpoint after B batches of epoch E, for each that is kept
//
// Everything is written under another name, synced to the disk and renamed, so that what has its name
// is whole.
type Directory struct {
	path     string
	lock     *flock.Flock
	settings map[string]string
}

const settingsFile = "settings.json"

// CreateDirectory makes a directory for a new run, and keeps the caller's settings in it. It fails
// with ErrHoldsRun if there is a run in it that has saved something, with ErrHoldsFile if a file of
// another origin has the name of one of a run's, and with ErrInUse if another process has it.
func CreateDirectory(path string, settings map[string]string) (*Directory, error) {
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

func (d *Directory) create(settings map[string]string) error {
	switch names, err := checkpoints(d.path); {
	case err != nil:
		return err
	case len(names) > 0:
		return ErrHoldsRun
	}
	_, err := os.Stat(d.file(settingsFile))
	for _, name := range []string{schemaFile, vocabularyFile} {
		name = filepath.Base(name)
		// Beside settings it is of a run that ended before its first checkpoint.
		if _, found := os.Stat(d.file(name)); found == nil && err != nil {
			return fmt.Errorf("%w: %s", ErrHoldsFile, name)
		}
	}
	d.settings = settings
	return d.keepSettings()
}

// SetSettings changes the settings. They are kept once the run in the directory goes on.
func (d *Directory) SetSettings(settings map[string]string) { d.settings = settings }

func (d *Directory) keepSettings() error {
	if err := writeSealed(d.file(settingsFile+temporary), d.settings); err != nil {
		os.Remove(d.file(settingsFile + temporary))
		return err
	}
	return d.rename(settingsFile+temporary, settingsFile)
}

// Latest is the name of the latest checkpoint in the directory, "" if there is none yet.
func (d *Directory) Latest() (string, error) {
	names, err := checkpoints(d.path)
	if err != nil || len(names) == 0 {
		return "", err
	}
	return names[len(names)-1], nil
}

// OpenDirectory opens the directory of a run that is to be resumed. It fails with ErrHoldsNoRun if
// there is none in it, and with ErrInUse if another process has it.
func OpenDirectory(path string) (*Directory, error) {
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
	left, err := filepath.Glob(d.file("*" + temporary)) // by a run that was killed
	for _, path := range left {
		err = errors.Join(err, os.RemoveAll(path))
	}
	return err
}

func lockDirectory(path string) (*Directory, error) {
	d := &Directory{path: path, lock: flock.New(filepath.Join(path, "lock"))}
	locked, err := d.lock.TryLock()
	if err == nil && !locked {
		err = ErrInUse
	}
	if err != nil {
		return nil, fmt.Errorf("zoo: %s: %w", path, err)
	}
	return d, nil
}

// ReadSettings reads the settings of a run from its directory, or from one of its checkpoints, also
// while it is running.
func ReadSettings(path string) (map[string]string, error) {
	if checkpointName.MatchString(filepath.Base(path)) {
		path = filepath.Dir(path)
	}
	var settings map[string]string
	if err := readSealed(filepath.Join(path, settingsFile), &settings); err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	return settings, nil
}

// Close lets other processes have the directory.
func (d *Directory) Close() error { return d.lock.Close() }

// Path is where the directory is.
func (d *Directory) Path() string { return d.path }

// Settings are those that the directory was made with.
func (d *Directory) Settings() map[string]string { return d.settings }

func (d *Directory) file(name string) string { return filepath.Join(d.path, name) }

func (d *Directory) rename(from, to string) error {
	if err := os.Rename(d.file(from), d.file(to)); err != nil {
		return err
	}
	return syncDirectory(d.path)
}

// add makes a directory within, whose files fill writes.
func (d *Directory) add(name string, fill func(path string) error) error {
	path := d.file(name + temporary)
	err := os.Mkdir(path, 0o777)
	if err == nil {
		err = fill(path)
	}
	if err == nil {
		err = syncDirectory(path)
	}
	if err == nil {
		err = d.rename(name+temporary, name)
	}
	if err != nil {
		os.RemoveAll(path)
	}
	return err
}

// remove removes a directory within. Until it is gone it has another name.
func (d *Directory) remove(name string) error {
	if err := d.rename(name, name+temporary); err != nil {
		return err
	}
	return os.RemoveAll(d.file(name + temporary))
}

var checkpointName = regexp.MustCompile(`^epoch-\d{4,}-batch-\d{8,}$`)

// checkpoints lists the checkpoints in a directory, the oldest first.
func checkpoints(path string) ([]string, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && checkpointName.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, compareNames)
	return names, nil
}

// compareNames sorts names of equal parts by their numbers, of which longer ones are larger.
func compareNames(a, b string) int {
	as, bs := strings.Split(a, "-"), strings.Split(b, "-")
	for i := range as {
		if len(as[i]) != len(bs[i]) {
			return len(as[i]) - len(bs[i])
		}
		if c := strings.Compare(as[i], bs[i]); c != 0 {
			return c
		}
	}
	return 0
}
