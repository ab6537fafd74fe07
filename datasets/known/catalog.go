package known

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// Entry is a known data set. It has a Schema and is read from files, or it has Draw and no files.
type Entry struct {
	// Name is the name of the data set, different from that of any other in a catalog.
	Name string
	// Schema returns the schema for some choices. A choice that the data set does not know is an error.
	Schema func(encode.Choices) (*schema.Schema, error)
	// Logs opens files or folders of the data set, which may come in parts. Default: all files are one
	// part, in the format of the schema.
	Logs func(ctx context.Context, paths []string, c encode.Choices) (rawlog.Logs, error)
	// Draw draws a data set that has no files.
	Draw func(ctx context.Context, c encode.Choices) (*datasets.Set, error)
}

// Catalog is a list of data sets, each with a name of its own. The zero value is empty.
type Catalog struct{ entries []Entry }

// All returns the catalog of the data sets of this package.
func All() Catalog {
	return Catalog{[]Entry{
		syntheticEntry(),
		avazuEntry(),
		criteoEntry(),
		ipinyouEntry(),
		ipinyouLibsvmEntry(),
		lzdEntry(),
		amazonEntry(),
		amazonLastEntry(),
	}}
}

// With returns a catalog that also has the given data sets. A name that is missing or appears twice is an
// error, and so is an Entry that does not have exactly one of Schema and Draw.
func (c Catalog) With(own ...Entry) (Catalog, error) {
	c.entries = slices.Clone(c.entries)
	for _, e := range own {
		switch {
		case e.Name == "":
			return Catalog{}, fmt.Errorf("datasets: a data set has no name")
		case slices.Contains(c.Names(), e.Name):
			return Catalog{}, fmt.Errorf("datasets: two data sets have the name %q", e.Name)
		case (e.Schema == nil) == (e.Draw == nil):
			return Catalog{}, fmt.Errorf("datasets: the data set %q must have either Schema or Draw", e.Name)
		}
		c.entries = append(c.entries, e)
	}
	return c, nil
}

// Names returns the names of the data sets, in their order.
func (c Catalog) Names() []string {
	var names []string
	for _, e := range c.entries {
		names = append(names, e.Name)
	}
	return names
}

// Find returns the data set of a name. A name that is not in the catalog is a datasets.ErrUnknownData,
// which lists the names that are.
func (c Catalog) Find(name string) (Entry, error) {
	at := slices.IndexFunc(c.entries, func(e Entry) bool { return e.Name == name })
	if at < 0 {
		return Entry{}, fmt.Errorf("%w %q; known: %s", datasets.ErrUnknownData, name, strings.Join(c.Names(), ", "))
	}
	return c.entries[at], nil
}

// Open opens a data set by its name: it reads the files to memory, or draws a data set that has none.
func (c Catalog) Open(ctx context.Context, name string, files rawlog.Files, o encode.Options) (*datasets.Set, error) {
	e, err := c.Find(name)
	if err != nil {
		return nil, err
	}
	if e.Draw != nil {
		return e.Draw(ctx, o.Choices)
	}
	in, err := e.input(files, o)
	if err != nil {
		return nil, err
	}
	return in.Open(ctx)
}

// Input returns the raw log of a data set, for Input.Open or prepared.Write. A data set that is drawn has
// none: it is an error.
func (c Catalog) Input(name string, files rawlog.Files, o encode.Options) (encode.Input, error) {
	e, err := c.Find(name)
	if err != nil {
		return encode.Input{}, err
	}
	return e.input(files, o)
}

func (e Entry) input(files rawlog.Files, o encode.Options) (encode.Input, error) {
	if e.Schema == nil {
		return encode.Input{}, fmt.Errorf("datasets: %s is drawn, not read", e.Name)
	}
	s, err := e.Schema(o.Choices)
	if err != nil {
		return encode.Input{}, err
	}
	in := encode.Input{Data: e.Name, Schema: s, Files: files, Options: o}
	if e.Logs != nil {
		in.Logs = func(ctx context.Context, paths []string) (rawlog.Logs, error) { return e.Logs(ctx, paths, o.Choices) }
	}
	return in, nil
}
