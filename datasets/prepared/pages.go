package prepared

import (
	"errors"
	"fmt"
	"io"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"
)

var errRange = errors.New("an id outside of the field's rows")

// eachPage calls do for each page of a column. A page is valid only there.
func eachPage(chunk parquet.ColumnChunk, do func(parquet.Page) error) error {
	pages := chunk.Pages()
	defer pages.Close()
	for {
		page, err := pages.ReadPage()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		err = errNotOurs
		if page.Dictionary() == nil {
			err = do(page)
		}
		parquet.Release(page)
		if err != nil {
			return err
		}
	}
}

// scatter checks the values of a column and puts them at every stride-th place.
func scatter[T int32 | float32](chunk parquet.ColumnChunk, to []T, stride int, values func(*encoding.Values) []T, check func(T) error) error {
	at := 0
	err := eachPage(chunk, func(page parquet.Page) error {
		data := page.Data()
		list := values(&data)
		if len(list) > 0 && at+(len(list)-1)*stride >= len(to) {
			return rawlog.ErrRows
		}
		for _, x := range list {
			if err := check(x); err != nil {
				return err
			}
			to[at] = x
			at += stride
		}
		return nil
	})
	if err == nil && at < len(to) {
		err = rawlog.ErrRows
	}
	return err
}

func readIDs(chunk parquet.ColumnChunk, to []int32, stride int, f datasets.Field) error {
	return scatter(chunk, to, stride, (*encoding.Values).Int32, func(id int32) error {
		if id >= int32(f.Rows) || id < datasets.Absent {
			return fmt.Errorf("%w: %d", errRange, id)
		}
		return nil
	})
}

func readNumbers(chunk parquet.ColumnChunk, to []float32, stride int) error {
	return scatter(chunk, to, stride, (*encoding.Values).Float, func(x float32) error {
		if x-x != 0 { // infinite, or not a number
			return schema.ErrNumber
		}
		return nil
	})
}

func readWeights(chunk parquet.ColumnChunk, to []float32) error {
	return scatter(chunk, to, 1, (*encoding.Values).Float, func(w float32) error {
		if !schema.IsWeight(float64(w)) {
			return schema.ErrWeight
		}
		return nil
	})
}

func readLabels(chunk parquet.ColumnChunk, to []float32) error {
	labels := make([]int32, len(to))
	err := scatter(chunk, labels, 1, (*encoding.Values).Int32, func(y int32) error {
		if y != 0 && y != 1 {
			return schema.ErrLabel
		}
		return nil
	})
	for i, y := range labels {
		to[i] = float32(y)
	}
	return err
}

// readLists puts the ids of each list at the start of its places, and Absent at the others.
func readLists(chunk parquet.ColumnChunk, to []int32, stride int, f datasets.Field) error {
	for at := 0; at < len(to); at += stride {
		for i := range min(f.Length, len(to)-at) {
			to[at+i] = datasets.Absent
		}
	}
	row, place := -1, 0
	err := eachPage(chunk, func(page parquet.Page) error {
		data := page.Data()
		ids := data.Int32()
		definitions := page.DefinitionLevels()
		for i, again := range page.RepetitionLevels() {
			if again == 0 {
				row, place = row+1, 0
			}
			if row < 0 || row*stride >= len(to) {
				return rawlog.ErrRows
			}
			if definitions[i] == 0 { // an empty list
				continue
			}
			if place == f.Length || len(ids) == 0 {
				return fmt.Errorf("a list is longer than %d", f.Length)
			}
			if uint32(ids[0]) >= uint32(f.Rows) {
				return fmt.Errorf("%w: %d", errRange, ids[0])
			}
			to[row*stride+place] = ids[0]
			ids, place = ids[1:], place+1
		}
		return nil
	})
	if err == nil && (row+1)*stride < len(to) {
		err = rawlog.ErrRows
	}
	return err
}
