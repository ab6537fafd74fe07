package synthetic

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// The files of a folder besides the days.
const (
	driftSchemaFile = "schema.yaml"
	driftDaysFile   = "best_auc.jsonl"
)

// Schema describes the log.
//
// The min_count of users and items is 1, so that every id that was trained on has a row of its own, and row 0, of
// values out of vocabulary, is never trained. An id that was evicted then may be forgotten: what it reads
// afterwards is as untrained as its own row. With a higher min_count row 0 would be trained on the ids that were
// cut off, and a forgotten id would get the prediction of those.
func (l *DriftLog) Schema() *schema.Schema {
	return &schema.Schema{Label: "click", Fields: []schema.Field{
		{Name: "hour", Column: "time", Derive: "hour", Layout: time.DateTime},
		{Name: "user", MinCount: 1},
		{Name: "item", MinCount: 1},
		{Name: "category"},
		{Name: "history", Kind: "list", Length: driftHistory, Shares: "item"},
		{Name: "price", Kind: "numeric", Scale: "log"},
		{Name: "site"},
		{Name: "device"},
		{Name: "position"},
	}}
}

// WriteFolder writes a log to a new folder: the days as CSV files, 2026-01-01.csv and so on, schema.yaml, and
// best_auc.jsonl, which has a DriftDay a line. The folder appears when it is complete; one that is not empty is
// an fs.ErrExist. It calls done, unless it is nil, after every day.
func (o Drift) WriteFolder(ctx context.Context, dir string, days int, done func(DriftDay) error) error {
	if err := within("days", days, 1, 100_000); err != nil {
		return fmt.Errorf("datasets: drift: %w", err)
	}
	l, err := NewDriftLog(o)
	if err != nil {
		return err
	}
	text, err := l.Schema().YAML()
	if err != nil {
		return err
	}
	return safefile.Folder(dir, func(work string) error {
		err := writeFile(filepath.Join(work, driftSchemaFile), func(w io.Writer) error {
			_, err := w.Write(text)
			return err
		})
		if err != nil {
			return err
		}
		return writeFile(filepath.Join(work, driftDaysFile), func(w io.Writer) error {
			return l.writeDays(ctx, work, days, json.NewEncoder(w), done)
		})
	})
}

// writeDays writes the days to files, and what describes them to lines.
func (l *DriftLog) writeDays(ctx context.Context, dir string, days int, lines *json.Encoder, done func(DriftDay) error) error {
	for range days {
		var day DriftDay
		err := writeFile(filepath.Join(dir, l.midnight().Format(time.DateOnly)+".csv"), func(w io.Writer) (err error) {
			day, err = l.WriteDay(ctx, w)
			return err
		})
		if err == nil {
			err = lines.Encode(day)
		}
		if err == nil && done != nil {
			err = done(day)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// writeFile writes a file and makes sure that it is on the disk.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	w := bufio.NewWriter(f)
	if err := write(w); err != nil {
		f.Close()
		return err
	}
	if err := errors.Join(w.Flush(), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	return nil
}
