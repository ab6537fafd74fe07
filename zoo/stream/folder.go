package stream

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets/drift"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
)

// What the errors of streams wrap.
var (
	ErrOrder    = errors.New("days must come in ascending order, each once")
	ErrSettings = errors.New("the stream was started with other settings")
)

// A folder of a stream holds
//
//	settings.json  what the caller wants to know again
//	days.jsonl     a Record for each day that is done, one a line
//	days/DAY       the run of a day, see checkpoint.Directory; the latest ones are kept
//	left/DAY       hashes of the values that were evicted before a day
//	counts/DAY     counts of the values of a day, for the comparison with later ones
//	incoming       what the source of the days needs while a day is not done
//	current        a link to the run of the latest day
//
// A day is done once its record is written.
type folder struct {
	*checkpoint.Directory // nil on all ranks of a job but rank 0
	path                  string
	records               []Record
}

// Path returns where the folder is.
func (f *folder) Path() string { return f.path }

// Close lets other processes have the folder.
func (f *folder) Close() error {
	if f.Directory == nil {
		return nil
	}
	return f.Directory.Close()
}

// check returns an error unless this process, or that of rank 0, has the folder.
func (f *folder) check() error {
	if f.Directory == nil {
		return nil
	}
	return f.CheckLock()
}

// RecordsFile is the file in the folder of a stream that has a Record for each day, as JSON, one a line.
const RecordsFile = "days.jsonl"

const (
	daysFolder   = checkpoint.StreamFolder
	leftFolder   = "left"
	countsFolder = "counts"

	incomingFolder = "incoming"
)

// daysOfMemory is for how many days a stream remembers the counts of values, and which values it has evicted.
const daysOfMemory = drift.WindowDays

// openFolder opens the folder of a stream, or makes it. Only one process at a time may have it: another is refused with
// checkpoint.ErrInUse. The directory of a run that has saved something is refused with checkpoint.ErrHoldsRun.
func openFolder(path string, settings map[string]string) (*folder, error) {
	d, err := openOrCreate(path, settings, checkpoint.Create)
	if err != nil {
		return nil, err
	}
	f := &folder{Directory: d, path: path}
	if err := f.open(settings); err != nil {
		d.Close()
		return nil, fmt.Errorf("zoo: %s: %w", path, err)
	}
	return f, nil
}

// openOrCreate opens the directory of a run that goes on, or else makes one.
func openOrCreate(path string, settings map[string]string, create func(string, map[string]string) (*checkpoint.Directory, error)) (*checkpoint.Directory, error) {
	d, err := checkpoint.Open(path)
	if errors.Is(err, checkpoint.ErrHoldsNoRun) {
		return create(path, settings)
	}
	return d, err
}

func (f *folder) open(settings map[string]string) error {
	switch latest, err := f.Latest(); {
	case err != nil:
		return err
	case latest != "":
		return checkpoint.ErrHoldsRun
	}
	if err := f.readRecords(); err != nil {
		return err
	}
	if err := f.match(settings); err != nil {
		return err
	}
	for _, name := range []string{daysFolder, leftFolder, countsFolder, incomingFolder} {
		if err := os.MkdirAll(filepath.Join(f.Path(), name), 0o777); err != nil {
			return err
		}
	}
	if len(f.records) > 0 { // a kill may have come between record and link
		return f.publish(f.latest())
	}
	return nil
}

// mostBytes is how many bytes a file of the folder may have: 1 GiB.
const mostBytes = 1 << 30

func (f *folder) readRecords() error {
	text, err := safefile.Read(filepath.Join(f.Path(), RecordsFile), mostBytes)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for lines := json.NewDecoder(bytes.NewReader(text)); lines.More(); {
		var r Record
		if err := lines.Decode(&r); err != nil {
			return fmt.Errorf("%s is %w: %w", RecordsFile, checkpoint.ErrDamaged, err)
		}
		f.records = append(f.records, r)
	}
	return nil
}

// match compares the settings with those that the stream was started with. A stream without a day that is done begins again with
// other ones.
func (f *folder) match(settings map[string]string) error {
	saved := f.Settings()
	names := append(slices.Collect(maps.Keys(settings)), slices.Collect(maps.Keys(saved))...)
	slices.Sort(names)
	var different error
	for _, name := range names {
		now, given := settings[name]
		before, had := saved[name]
		switch {
		case given && had && now != before:
			different = fmt.Errorf("%w: %s is %q, and was %q", ErrSettings, name, now, before)
		case given && !had:
			different = fmt.Errorf("%w: %s is %q, and was not given", ErrSettings, name, now)
		case had && !given:
			different = fmt.Errorf("%w: %s is not given, and was %q", ErrSettings, name, before)
		}
		if different != nil {
			break
		}
	}
	if different == nil || len(f.records) > 0 {
		return different
	}
	f.SetSettings(settings)
	return errors.Join(os.RemoveAll(filepath.Join(f.Path(), daysFolder)), f.KeepSettings())
}

// latest returns the name of the latest day that is done; "" if none is.
func (f *folder) latest() string {
	if len(f.records) == 0 {
		return ""
	}
	return f.records[len(f.records)-1].Day
}

// day returns the folder of a day.
func (f *folder) day(name string) string { return filepath.Join(f.Path(), daysFolder, name) }

// finish writes the record of a day, publishes its model, and removes the models of days before the last keep.
func (f *folder) finish(r Record, keep int) error {
	if err := f.check(); err != nil {
		return err
	}
	var text bytes.Buffer
	for _, one := range append(slices.Clone(f.records), r) {
		if err := json.NewEncoder(&text).Encode(one); err != nil {
			return err
		}
	}
	if err := safefile.WriteFile(filepath.Join(f.Path(), RecordsFile), text.Bytes()); err != nil {
		return err
	}
	f.records = append(f.records, r)
	if err := f.publish(r.Day); err != nil {
		return err
	}
	return f.forget(daysFolder, keep)
}

// forget removes what a folder has of days before the last n. Its cost does not grow with the days before.
func (f *folder) forget(what string, n int) error {
	if len(f.records) <= n {
		return nil
	}
	entries, err := os.ReadDir(filepath.Join(f.Path(), what))
	for _, e := range entries {
		if e.Name() < f.records[len(f.records)-n].Day {
			err = errors.Join(err, os.RemoveAll(filepath.Join(f.Path(), what, e.Name())))
		}
	}
	return err
}

// keep writes what a stream remembers of a day, and removes what it forgets.
func (f *folder) keep(what, day string, data []byte) error {
	if err := safefile.WriteFile(filepath.Join(f.Path(), what, day), data); err != nil {
		return err
	}
	return f.forget(what, daysOfMemory)
}

// remembered returns what a stream remembers of the last days that are done, the oldest first.
func (f *folder) remembered(what string) ([][]byte, error) {
	var list [][]byte
	for _, r := range f.records[max(0, len(f.records)-daysOfMemory):] {
		data, err := safefile.Read(filepath.Join(f.Path(), what, r.Day), mostBytes)
		if errors.Is(err, fs.ErrNotExist) { // nothing was evicted before that day
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, data)
	}
	return list, nil
}

// window returns the counts of the last days.
func (f *folder) window() (*drift.Window, error) {
	list, err := f.remembered(countsFolder)
	if err != nil {
		return nil, err
	}
	w := &drift.Window{}
	for _, data := range list {
		var c drift.Counts
		if err := json.Unmarshal(data, &c); err != nil {
			return nil, fmt.Errorf("%s is %w: %w", countsFolder, checkpoint.ErrDamaged, err)
		}
		w.Add(&c)
	}
	return w, nil
}

// publish lets the link point to a day. It is replaced in one piece.
func (f *folder) publish(day string) error {
	link := filepath.Join(f.Path(), checkpoint.CurrentLink)
	target := filepath.Join(daysFolder, day)
	if now, err := os.Readlink(link); err == nil && now == target {
		return nil
	}
	if err := os.Remove(link + ".new"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Symlink(target, link+".new"); err != nil {
		return err
	}
	return os.Rename(link+".new", link)
}
