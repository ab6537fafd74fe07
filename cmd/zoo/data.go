package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets"
)

// checkData finds out whether the flags name a data set.
func (o *trainOptions) checkData() error {
	hasFiles := len(o.trainFiles)+len(o.testFiles)+len(o.validFiles) > 0
	switch {
	case o.schema != "" && o.given("data"):
		return errors.New("--schema describes a log of your own: leave out --data")
	case o.schema == "" && hasFiles && !o.given("data"):
		return errors.New("--train and --test need --data or --schema, which say what their columns are")
	case o.schema == "" && !slices.Contains(datasets.Names(), o.data):
		return fmt.Errorf("--data: %w %q; known: %s", datasets.ErrUnknownData, o.data, strings.Join(datasets.Names(), ", "))
	case o.isSynthetic() && hasFiles:
		return errors.New("--data synthetic is drawn, not read: leave out --train, --test and --valid")
	case !o.isSynthetic() && len(o.trainFiles) == 0:
		return errors.New("--train: give at least one file")
	case !o.isSynthetic() && o.given("rows"):
		return errors.New("--rows is the size of the synthetic log only")
	}
	return nil
}

func (o *trainOptions) isSynthetic() bool { return o.schema == "" && o.data == "synthetic" }

// openData draws or reads the parts of the log.
func (o *trainOptions) openData(ctx context.Context, ui *reporter) (*datasets.Set, error) {
	if o.isSynthetic() {
		ui.note("drawing a synthetic log")
		return datasets.Synthetic{TrainRows: o.rows, TestRows: o.rows / 4, Seed: o.seed}.Open()
	}
	files := datasets.Files{Train: o.trainFiles, Valid: o.validFiles, Test: o.testFiles}
	ui.note("reading " + strings.Join(slices.Concat(o.trainFiles, o.validFiles, o.testFiles), ", "))
	if o.schema == "" {
		return datasets.Open(ctx, o.data, files, o.seed, ui.rowsRead)
	}
	schema, err := datasets.LoadSchema(o.schema)
	if err != nil {
		return nil, err
	}
	return datasets.Read(ctx, schema, files, ui.rowsRead)
}
