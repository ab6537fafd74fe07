package stream

import (
	"encoding/json"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
)

// Day is a part of a log.
type Day struct {
	Name  string   // days come in the order of their names, for example 2026-01-31
	Files []string // in the format of the schema
	// Log, if not nil, has the rows of the day instead of files. It is read more than once.
	Log rawlog.Log
	// Origin is what the record of the day keeps of where it comes from, as JSON; nil if the files are all. A day that is done
	// and comes again with another origin has changed.
	Origin json.RawMessage
}

// open opens the log of the day.
func (d *Day) open(f rawlog.Format) (rawlog.Log, error) {
	if d.Log != nil {
		return d.Log, nil
	}
	return rawlog.Open(f, d.Files)
}

// paths are those of the files, or else the name of the day.
func (d *Day) paths() []string {
	if d.Log != nil {
		return []string{d.Name}
	}
	return d.Files
}
