package flags

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/spf13/pflag"
)

// Open opens the directory of --resume and sets the flags to their values when the run was started.
// Only rank 0 keeps the directory open; the others read the flags.
func (c *Checkpoints) Open(rank int) (err error) {
	c.rank = rank
	switch {
	case c.out != "" && c.resume != "":
		return ui.Usagef("--out starts a run, --resume goes on with one: give one of them")
	case c.resume == "":
		return nil
	}
	saved, err := c.openResumed()
	if err != nil {
		return err
	}
	c.flags.Visit(func(f *pflag.Flag) {
		_, known := saved[f.Name]
		if err == nil && !known && !slices.Contains(mayChange, f.Name) && !slices.Contains(notKept, f.Name) && textOf(f) != f.DefValue {
			err = ui.Usagef("--%s was not given when the run in %s was started", f.Name, c.resume)
		}
	})
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(saved)) {
		if err := c.take(name, saved[name]); err != nil {
			return err
		}
	}
	return nil
}

// GoOn takes the flags of the run that --from names, where they are not given, but for those of its data and of saving, and
// for the options of its solver if another one is given. It returns the encoding of that run.
func (c *Checkpoints) GoOn(solver *Solver) (*datasets.Encoding, error) {
	if c.from == "" {
		return nil, nil
	}
	dir, m, err := checkpoint.Find(c.from)
	if err != nil {
		return nil, err
	}
	if !m.HasEncoding() {
		return nil, fmt.Errorf("--from %s: the run has no vocabulary: it was trained on ids", c.from)
	}
	saved, err := ReadSettings(c.from)
	if err != nil {
		return nil, err
	}
	given := c.flags.Lookup("solver")
	another := given.Changed && textOf(given) != cmp.Or(saved["solver"], strings.Trim(given.DefValue, "[]"))
	for _, name := range slices.Sorted(maps.Keys(saved)) {
		own := slices.Contains(mayChange, name) || slices.Contains(ofData, name) || another && solver.IsOption(name)
		if flag := c.flags.Lookup(name); flag != nil && !flag.Changed && !own {
			if err := c.flags.Set(name, saved[name]); err != nil {
				return nil, fmt.Errorf("--from %s: %w", c.from, err)
			}
		}
	}
	if !c.flags.Changed("schema") && !c.flags.Changed("data") {
		err = c.flags.Set("schema", filepath.Join(filepath.Dir(dir), "schema.yaml"))
	}
	if err != nil {
		return nil, err
	}
	return checkpoint.ReadEncoding(dir)
}

// ofData lists the flags of the data of a run.
var ofData = []string{"data", "split", "min-count", "negatives", "skip-bad-lines", "rows", "memory", "verify-data"}

// openResumed opens the directory of --resume and returns the flags of its run.
func (c *Checkpoints) openResumed() (saved map[string]string, err error) {
	if c.rank > 0 {
		return ReadSettings(c.resume)
	}
	if c.directory, err = checkpoint.Open(c.resume); err != nil {
		return nil, err
	}
	return withCopy(c.directory.Settings(), c.resume), nil
}

// ReadSettings returns the flags that the run in a directory was started with, as texts that Set reads.
func ReadSettings(run string) (map[string]string, error) {
	settings, err := checkpoint.ReadSettings(run)
	return withCopy(settings, run), err
}

// mayChange lists the flags that need not be as they were. They do not change the steps that are left;
// or the files they name are checked by their content.
var mayChange = []string{"epochs", "checkpoint-every", "keep", "metrics", "test-every-epoch", "monitor", "patience", "train", "test", "valid", "schema", "check-ranks", "replicas", "shard-tables", "verify-data"}

// notKept lists the flags that are no part of a run.
var notKept = []string{"out", "resume", "config", "json"}

// take sets a flag to its value in the saved run.
func (c *Checkpoints) take(name, value string) error {
	flag := c.flags.Lookup(name)
	switch {
	case flag == nil:
		return fmt.Errorf("--resume %s: the run was started with --%s, which this version does not know", c.resume, name)
	case !flag.Changed:
		return c.flags.Set(name, value)
	case keptText(c.flags, flag) != value && !slices.Contains(mayChange, name):
		return ui.Usagef("--%s is %s, but the run in %s was started with %s", name, textOf(flag), c.resume, value)
	}
	return nil
}

// Create makes the directory of a new run, or keeps the settings of a resumed one.
func (c *Checkpoints) Create() (err error) {
	settings := Kept(c.flags, notKept...)
	switch {
	case c.rank > 0: // rank 0 does
	case c.out != "":
		c.directory, err = checkpoint.Create(c.out, settings)
	case c.directory != nil:
		c.directory.SetSettings(settings)
	}
	return err
}

// Kept returns the flags that were given, but for some, as texts that Set reads. Paths are absolute, so that they can be
// read from any folder.
func Kept(flags *pflag.FlagSet, but ...string) map[string]string {
	settings := map[string]string{}
	flags.Visit(func(f *pflag.Flag) {
		if !slices.Contains(but, f.Name) {
			settings[f.Name] = keptText(flags, f)
		}
	})
	return settings
}

// keptText is textOf with absolute paths.
func keptText(flags *pflag.FlagSet, f *pflag.Flag) string {
	list, isList := f.Value.(pflag.SliceValue)
	switch {
	case f.Name == "data":
		return absoluteData(flags, f.Value.String())
	case !slices.Contains(ofFiles, f.Name):
		return textOf(f)
	case !isList:
		return absolute(f.Value.String())
	}
	var paths []string
	for _, path := range list.GetSlice() {
		paths = append(paths, absolute(path))
	}
	text, err := listText(paths)
	if err != nil {
		return textOf(f)
	}
	return text
}

// textOf returns the value of a flag in the form that Set reads.
func textOf(f *pflag.Flag) string {
	list, isList := f.Value.(pflag.SliceValue)
	if !isList {
		return f.Value.String()
	}
	text, err := listText(list.GetSlice())
	if err != nil {
		return f.Value.String()
	}
	return text
}

// listText returns the text of a list in the form that the Set of a flag reads: an element with a comma is quoted.
func listText(list []string) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	var line bytes.Buffer
	w := csv.NewWriter(&line)
	err := w.Write(list)
	w.Flush()
	return strings.TrimSuffix(line.String(), "\n"), err
}
