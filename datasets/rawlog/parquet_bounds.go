package rawlog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// The Parquet library makes room for as much as the headers of a file say, before it finds that the file does not have it. So
// the headers are checked first.

// A page may have pageBytes when it is unpacked, or unpackedTimes as much as when it is packed; and pageValues values. Writers
// make pages of about a megabyte, and some one page of each row group.
const (
	pageBytes     = 256 << 20
	unpackedTimes = 1000
	pageValues    = 1 << 27
)

// checkFooter finds a footer that is larger than the file, or has lengths that are larger than the footer.
func checkFooter(f io.ReaderAt, size int64) error {
	const tail = 8 // the size of the footer, and PAR1
	if size < tail {
		return nil // for the library to say
	}
	var end [tail]byte
	if _, err := f.ReadAt(end[:], size-tail); err != nil {
		return err
	}
	length := int64(binary.LittleEndian.Uint32(end[:]))
	if string(end[4:]) != "PAR1" {
		return nil
	}
	if length > size-tail {
		return fmt.Errorf("%w: a footer of %d bytes in a file of %d", errDamaged, length, size)
	}
	footer := make([]byte, length)
	if _, err := f.ReadAt(footer, size-tail-length); err != nil {
		return err
	}
	s := thriftScanner{text: footer}
	if s.object(0, nil); s.err != nil {
		return fmt.Errorf("%w: its footer: %w", errDamaged, s.err)
	}
	return nil
}

// CheckPages finds a page of an open file whose header claims more than the file has, or more than memory should be given for.
// Only the headers are read.
func CheckPages(f io.ReaderAt, file *parquet.File) error {
	for i, group := range file.Metadata().RowGroups {
		for column := range group.Columns {
			if err := checkPages(f, file, i, column); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkPages is CheckPages of a column in a row group.
func checkPages(f io.ReaderAt, file *parquet.File, group, column int) error {
	m := file.Metadata().RowGroups[group].Columns[column].MetaData
	at := m.DataPageOffset
	if m.DictionaryPageOffset != 0 {
		at = m.DictionaryPageOffset
	}
	left := m.TotalCompressedSize
	if at < 0 || left < 0 || at > file.Size() || left > file.Size()-at {
		return fmt.Errorf("%w: a column chunk of %d bytes at byte %d of %d", errDamaged, left, at, file.Size())
	}
	chunk := io.NewSectionReader(f, at, left)
	values := int64(0)
	for at = 0; at < left && values < m.NumValues; { // what is behind the values is not read
		p, err := readPageHeader(chunk, at, left-at)
		if err == nil {
			err = p.check(left - at)
		}
		if err != nil {
			return fmt.Errorf("%w: page at byte %d of its column chunk: %w", errDamaged, at, err)
		}
		at += p.header + p.packed
		values += p.values
	}
	return nil
}

// pageHeader is what a page header claims.
type pageHeader struct {
	header, packed, unpacked int64 // bytes
	values                   int64 // 0 in a dictionary
	entries                  int64 // of a dictionary
}

// readPageHeader reads the header of a page.
func readPageHeader(chunk io.ReaderAt, at, left int64) (pageHeader, error) {
	for size := int64(256); ; size *= 8 {
		text := make([]byte, min(size, left))
		if _, err := chunk.ReadAt(text, at); err != nil {
			return pageHeader{}, err
		}
		p := pageHeader{}
		s := thriftScanner{text: text}
		s.object(0, p.take)
		if s.err == nil {
			p.header = int64(len(text) - len(s.text))
			return p, nil
		}
		if size >= left || !errors.Is(s.err, errThriftEnd) {
			return p, s.err
		}
	}
}

// take takes a number of the header, by the field numbers of parquet.thrift.
func (p *pageHeader) take(at thriftPlace, value int64) {
	switch at {
	case thriftPlace{0, 2}:
		p.unpacked = value
	case thriftPlace{0, 3}:
		p.packed = value
	case thriftPlace{5, 1}, thriftPlace{8, 1}: // a data page, of the first or the second version
		p.values = value
	case thriftPlace{7, 1}:
		p.entries = value
	}
}

// check compares the header with the bytes that the column chunk has from it on.
func (p *pageHeader) check(left int64) error {
	switch {
	case p.packed < 0 || p.packed > left-p.header:
		return fmt.Errorf("%d bytes, and the column chunk has %d", p.packed, left-p.header)
	case p.unpacked < 0 || p.unpacked > max(pageBytes, unpackedTimes*p.packed):
		return fmt.Errorf("%d bytes that become %d", p.packed, p.unpacked)
	case p.values < 0 || p.values > pageValues || p.entries < 0 || p.entries > pageValues:
		return fmt.Errorf("%d values; a page may have %d", max(p.values, p.entries), pageValues)
	}
	return nil
}
