package rawlog

import (
	"errors"
	"io"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// parquetCell reads the cells of a column one after the other.
type parquetCell struct {
	index     int // of the column in the file
	text      func(parquet.Value) string
	list      bool
	level     int // the definition level of a value; a missing one in a list is none
	separator string

	pages  parquet.Pages
	page   parquet.Page
	reader parquet.ValueReader
	buffer []parquet.Value
	ahead  []parquet.Value // of the buffer, not yet looked at
}

func newParquetCell(leaf parquet.LeafColumn, separator string) (*parquetCell, error) {
	var text func(parquet.Value) string
	err := guard(func() (err error) {
		text, err = parquetText(leaf.Node.Type())
		return err
	})
	if err != nil {
		return nil, err
	}
	if leaf.MaxRepetitionLevel > 1 {
		return nil, errors.New("a list of lists cannot be read")
	}
	c := &parquetCell{
		index: leaf.ColumnIndex, text: text, list: leaf.MaxRepetitionLevel == 1, level: leaf.MaxDefinitionLevel,
		separator: separator,
	}
	return c, nil
}

// valuesAtOnce is how many values are taken from a page.
const valuesAtOnce = 256

func (c *parquetCell) begin(chunk parquet.ColumnChunk) {
	c.pages = chunk.Pages()
	if c.buffer == nil {
		c.buffer = make([]parquet.Value, valuesAtOnce)
	}
}

// end lets go of the column chunk.
func (c *parquetCell) end() {
	c.endPage()
	c.pages.Close() // it was only read
	c.ahead = nil
}

func (c *parquetCell) endPage() {
	if c.page != nil {
		parquet.Release(c.page)
		c.page, c.reader = nil, nil
	}
}

// cellText is the text of a cell, and the error of this cell alone.
type cellText struct {
	text string
	err  error
}

// next returns the next cell. An error is one of the file, after which nothing follows.
func (c *parquetCell) next() (cell cellText, err error) {
	v, err := c.value()
	if err != nil {
		return cell, err
	}
	if !c.list {
		return c.cell(v), nil
	}
	if v.RepetitionLevel() != 0 {
		return cell, ErrRows
	}
	var items []string
	for {
		if v.DefinitionLevel() >= c.level {
			item := c.cell(v)
			if cell.err == nil && strings.Contains(item.text, c.separator) {
				cell.err = errSeparator
			}
			if cell.err == nil {
				cell.err = item.err
			}
			items = append(items, item.text)
		}
		if err := c.fill(); err == io.EOF || err == nil && c.ahead[0].RepetitionLevel() == 0 {
			cell.text = strings.Join(items, c.separator)
			if cell.err == nil && isOneEmpty(items) {
				cell.err = errOneEmpty
			}
			return cell, nil
		} else if err != nil {
			return cell, err
		}
		v, _ = c.value()
	}
}

func (c *parquetCell) cell(v parquet.Value) cellText {
	if v.IsNull() {
		return cellText{}
	}
	text := c.text(v)
	if !IsText(text) {
		return cellText{text, ErrText}
	}
	return cellText{text, nil}
}

// value returns the next value.
func (c *parquetCell) value() (v parquet.Value, err error) {
	if err := c.fill(); err == io.EOF {
		return v, ErrRows
	} else if err != nil {
		return v, err
	}
	v, c.ahead = c.ahead[0], c.ahead[1:]
	return v, nil
}

// fill makes sure that a value is ahead. It returns io.EOF at the end of the column chunk.
func (c *parquetCell) fill() error {
	if len(c.ahead) > 0 {
		return nil
	}
	return guard(c.read)
}

// read reads the next values.
func (c *parquetCell) read() (err error) {
	for {
		if c.page == nil {
			if c.page, err = c.pages.ReadPage(); err != nil {
				return err
			}
			c.reader = c.page.Values()
		}
		n, err := c.reader.ReadValues(c.buffer)
		if c.ahead = c.buffer[:n]; n > 0 {
			return nil
		}
		if err != io.EOF {
			return err
		}
		c.endPage()
	}
}
