package flags

import (
	"context"
	"errors"
	"fmt"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/spf13/pflag"
)

// Data holds the flags of the data of a run: a log, raw, prepared or synthetic, and its size.
type Data struct {
	*Log
	rows, memory int
	verify       bool
	// Base is the encoding that the log goes on from; nil: it begins anew.
	Base *datasets.Encoding
}

// AddData adds the flags of the data of a run.
func AddData(f *pflag.FlagSet, c *Catalogs) *Data {
	d := &Data{Log: AddLog(f, c, "synthetic", c.Drawn()+", a folder of zoo prepare, or a raw log: "+c.Raw())}
	ui.Group(f, ui.DataFlags, func() {
		f.IntVar(&d.rows, "rows", 0, "training rows of the synthetic log; 0 means 200,000")
		f.IntVar(&d.memory, "memory", prepared.DefaultMemory>>20, "MiB of samples to keep of each part of prepared data; a larger part is read again in every epoch")
		f.BoolVar(&d.verify, "verify-data", false, "compare all bytes of prepared data with their hashes; without it, those of files up to 256 MiB, and size and end of larger ones")
	})
	return d
}

// Check returns an error unless the flags name the data of a run.
func (d *Data) Check(monitored bool) error {
	_, unknown := d.catalogs.Data.Find(d.Data)
	switch raw := d.anyGiven(rawFlags...); {
	case d.Schema == "" && unknown != nil && !d.IsPrepared():
		return fmt.Errorf("--data: %w; and there is no folder of zoo prepare of this name", unknown)
	case (d.IsSynthetic() && !d.given("data")) && raw != "":
		return fmt.Errorf("--%s needs --data or --schema, which say what the columns are", raw)
	case d.IsDrawn() && raw != "":
		return fmt.Errorf("--data %s is drawn, not read: leave out --%s", d.Data, raw)
	case d.IsSynthetic() && monitored:
		return errors.New("--monitor and zoo tune need a validation part, which the synthetic log has not: give --data, or --schema")
	case d.IsPrepared() && raw != "":
		return fmt.Errorf("--data %s is prepared: leave out --%s", d.Data, raw)
	case !d.IsSynthetic() && d.given("rows"):
		return errors.New("--rows is the size of the synthetic log only")
	case !d.IsPrepared() && d.given("memory"):
		return errors.New("--memory is for data of zoo prepare only")
	case !d.IsPrepared() && d.given("verify-data"):
		return errors.New("--verify-data is for data of zoo prepare only")
	case d.memory < 1 || d.memory > 1<<40:
		return fmt.Errorf("--memory must be in [1, 2^40], got %d", d.memory)
	case d.rows < 0:
		return fmt.Errorf("--rows must be at least 0, got %d", d.rows)
	case d.IsDrawn() || d.IsPrepared():
		return nil
	}
	return d.Log.Check()
}

// Open draws, reads or opens the parts of the log.
func (d *Data) Open(ctx context.Context, seed uint64, reporter *ui.Reporter) (*datasets.Set, error) {
	switch {
	case d.IsSynthetic():
		reporter.Note("drawing a synthetic log")
		return synthetic.Open(ctx, synthetic.Options{TrainRows: d.rows, TestRows: d.rows / 4, Seed: seed})
	case d.IsDrawn():
		reporter.Note("drawing " + d.Data)
		return d.catalogs.Data.Open(ctx, d.Data, d.Files, encode.Options{Choices: encode.Choices{Seed: seed}})
	case d.IsPrepared():
		reporter.Note("opening " + d.Data)
		return prepared.Open(ctx, d.Data, prepared.Options{Memory: int64(d.memory) << 20, VerifyAll: d.verify})
	}
	in, err := d.Input(seed, reporter)
	if err != nil {
		return nil, err
	}
	in.Options.Base = d.Base
	defer reporter.EndReading()
	return in.Open(ctx)
}
