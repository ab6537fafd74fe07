package rawlog

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// maxLine is how long a line may be. Longer ones come from files that are not text, or from a
// quote that never ends.
const maxLine = 4 << 20

// Lines reads the lines of a text one by one, and counts them.
type Lines struct {
	Path string // of the file, for errors
	Line int    // the number of the last line read, from 1

	r    *bufio.Reader
	long []byte // a line that does not fit in the buffer of r
}

// NewLines reads the lines of r, a file of the given path. A text in memory gets no more room than it needs.
func NewLines(path string, r io.Reader) *Lines {
	size := 1 << 18
	if text, inMemory := r.(interface{ Len() int }); inMemory {
		size = min(size, text.Len()+1)
	}
	return newLines(path, r, size)
}

// newLines makes lines longer than size bytes the slow case.
func newLines(path string, r io.Reader, size int) *Lines {
	return &Lines{Path: path, r: bufio.NewReaderSize(r, size)}
}

// Next returns the next line without its end, valid until the next call, and io.EOF after the last
// one. After a line that is longer than 4 MiB, an ErrLong, the next line can be read; after any other
// error nothing follows.
func (l *Lines) Next() ([]byte, error) {
	text, err := l.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		text, err = l.readLong(text)
	}
	if len(text) > 0 || err == nil {
		l.Line++
	}
	switch {
	case err == errLong:
		return nil, &SyntaxError{Path: l.Path, Line: l.Line, Err: ErrLong}
	case err == io.EOF && len(text) > 0:
	case err == io.EOF:
		return nil, io.EOF
	case err != nil:
		return nil, &SyntaxError{Path: l.Path, Line: l.Line + 1, Err: err, Fatal: true}
	}
	text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte{'\n'}), []byte{'\r'})
	if l.Line == 1 {
		text = bytes.TrimPrefix(text, []byte("\ufeff")) // the byte order mark of some exports
	}
	return text, nil
}

var errLong = errors.New("long")

// readLong reads the rest of a line that does not fit in the buffer.
func (l *Lines) readLong(start []byte) ([]byte, error) {
	l.long = append(l.long[:0], start...)
	tooLong := false
	for {
		text, err := l.r.ReadSlice('\n')
		if tooLong = tooLong || len(l.long)+len(text) > maxLine; !tooLong {
			l.long = append(l.long, text...)
		}
		switch {
		case err == bufio.ErrBufferFull:
		case tooLong && (err == nil || err == io.EOF):
			return l.long, errLong
		default:
			return l.long, err
		}
	}
}

// fail returns an error at the last line.
func (l *Lines) fail(value string, err error) error {
	return &SyntaxError{Path: l.Path, Line: l.Line, Value: value, Err: err}
}

// IsText reports whether a text can be a value of a log: UTF-8 without NUL bytes.
func IsText(s string) bool { return strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) }
