package rawlog

import (
	"errors"
	"fmt"
	"os"

	"github.com/parquet-go/parquet-go"
)

var errDamaged = errors.New("the file is damaged")

// OpenParquet opens a Parquet file. The caller closes the file when it is no longer read.
func OpenParquet(path string) (*os.File, *parquet.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("datasets: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("datasets: %w", err)
	}
	var pf *parquet.File
	err = guard(func() (err error) {
		pf, err = parquet.OpenFile(f, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
		return err
	})
	if err != nil {
		f.Close()
		return nil, nil, &SyntaxError{Path: path, Err: err}
	}
	return f, pf, nil
}

// guard turns a panic into an error: the Parquet library panics on some damaged files.
func guard(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errDamaged, r)
		}
	}()
	return do()
}
