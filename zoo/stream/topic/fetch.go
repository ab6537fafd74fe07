package topic

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
)

// planFile has the origin of the day that is being fetched or trained.
const planFile = "day.json"

func (d *Days) plan() string { return filepath.Join(d.Folder, planFile) }

// file is the path of the rows of a day.
func (d *Days) file(o *origin) string {
	return filepath.Join(d.Folder, d.name(o)+"."+cmp.Or(d.Format.Name, "jsonl"))
}

// read returns the day that was decided on last; nil if there is none.
func (d *Days) read() (*origin, error) {
	text, err := safefile.Read(d.plan(), 1<<20)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	o := &origin{}
	if err == nil {
		err = json.Unmarshal(text, o)
	}
	if err != nil {
		return nil, fmt.Errorf("zoo: topic %q: %s: %w", d.Topic, d.plan(), err)
	}
	return o, nil
}

// keep keeps a day that was decided on, and drops the rows of the one before.
func (d *Days) keep(o *origin) error {
	entries, err := os.ReadDir(d.Folder)
	for _, entry := range entries {
		err = errors.Join(err, os.Remove(filepath.Join(d.Folder, entry.Name())))
	}
	if err != nil {
		return err
	}
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return safefile.WriteFile(d.plan(), text)
}

// fetch writes the rows of a day to its file, unless they are there, and returns their number; -1 if they were there.
func (d *Days) fetch(ctx context.Context, o *origin) (rows int, err error) {
	path := d.file(o)
	if safefile.CheckNew(path) != nil {
		return -1, nil
	}
	err = safefile.Replace(path, func(w io.Writer) error {
		buffer := bufio.NewWriterSize(w, 1<<20)
		if rows, err = d.WriteLines(ctx, buffer, o.Begin, o.End); err == nil && rows == 0 {
			err = errNoRows
		}
		return errors.Join(err, buffer.Flush())
	})
	if errors.Is(err, errNoRows) {
		return 0, nil
	}
	return rows, err
}

// errNoRows keeps a file without rows from getting its name.
var errNoRows = errors.New("no rows")
