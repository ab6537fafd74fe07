package datasets

import (
	"errors"
	"fmt"
)

var errDamaged = errors.New("the file is damaged")

// guard turns a panic into an error: the Parquet library panics on some damaged files.
func guard(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errDamaged, r)
		}
	}()
	return do()
}
