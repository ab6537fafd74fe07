package datasets

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

// lineReader reads the lines of a text one by one, and counts them.
type lineReader struct {
	path string
	r    *bufio.Reader
	line int    // the number of the last line read, from 1
	long []byte // a line that does not fit in the buffer of r
}

func newLineReader(path string, r io.Reader) *lineReader {
	return &lineReader{path: path, r: bufio.NewReaderSize(r, 1<<18)}
}

// next is the next line without its end, valid until the next call; io.EOF after the last one. A
// line that is too long, or is no text, is an error after which the next line can be read.
func (l *lineReader) next() ([]byte, error) {
	text, err := l.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		text, err = l.readLong(text)
	}
	if len(text) > 0 || err == nil {
		l.line++
	}
	switch {
	case err == errLong:
		return nil, &SyntaxError{Path: l.path, Line: l.line, Err: ErrLong}
	case err == io.EOF && len(text) > 0:
	case err == io.EOF:
		return nil, io.EOF
	case err != nil:
		return nil, &SyntaxError{Path: l.path, Line: l.line + 1, Err: err, fatal: true}
	}
	text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte{'\n'}), []byte{'\r'})
	if l.line == 1 {
		text = bytes.TrimPrefix(text, []byte("\ufeff")) // the byte order mark of some exports
	}
	return text, nil
}

var errLong = errors.New("long")

// readLong reads on where a line does not fit in the buffer.
func (l *lineReader) readLong(start []byte) ([]byte, error) {
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

// isText says whether a value can be one of a log: UTF-8 without NUL bytes.
func isText(s string) bool { return strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) }
