package rawlog

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonScanner walks through a text that is known to be JSON, and returns its values as they are written.
type jsonScanner struct {
	text []byte
	at   int
}

// peek returns the next character that is no space, and 0 at the end.
func (s *jsonScanner) peek() byte {
	for ; s.at < len(s.text); s.at++ {
		if c := s.text[s.at]; c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c
		}
	}
	return 0
}

// skip goes past a character if it is the next one, and reports whether it is.
func (s *jsonScanner) skip(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.at++
	return true
}

// open goes into an object or an array.
func (s *jsonScanner) open() {
	s.peek()
	s.at++
}

// more reports whether there is one more value before the end of the object or array. It goes past
// the end if there is none.
func (s *jsonScanner) more(end byte) bool {
	s.skip(',')
	return !s.skip(end)
}

// value returns the next value as it is written.
func (s *jsonScanner) value() []byte {
	s.peek()
	start, depth := s.at, 0
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch c {
		case '"':
			s.pastString()
		case '{', '[':
			depth++
			s.at++
		case '}', ']':
			depth--
			s.at++
		default:
			s.at++
		}
		switch {
		case depth > 0:
		case c == '"' || c == '}' || c == ']':
			return s.text[start:s.at]
		case s.at == len(s.text) || bytes.IndexByte([]byte(",}] \t\r\n"), s.text[s.at]) >= 0:
			return s.text[start:s.at] // a number or a word
		}
	}
	return s.text[start:s.at]
}

func (s *jsonScanner) pastString() {
	for s.at++; s.text[s.at] != '"'; s.at++ {
		if s.text[s.at] == '\\' {
			s.at++
		}
	}
	s.at++
}

// jsonText returns the text of a value that is no array.
func jsonText(raw []byte) (string, error) {
	switch raw[0] {
	case '{':
		return "", errObject
	case 't':
		return "1", nil
	case 'f':
		return "0", nil
	case 'n':
		return "", nil
	case '"':
	default:
		return string(raw), nil
	}
	text := string(raw[1 : len(raw)-1])
	if !IsText(text) { // before the library puts something in the place of what is no UTF-8
		return "", ErrText
	}
	if strings.IndexByte(text, '\\') < 0 {
		return text, nil
	}
	if hasHalfCharacter(text) || json.Unmarshal(raw, &text) != nil || !IsText(text) {
		return "", ErrText
	}
	return text, nil
}

// hasHalfCharacter reports whether the escapes of a JSON text have one half of a character without the other: a surrogate
// of UTF-16. The library puts the same character in the place of all of them.
func hasHalfCharacter(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		if i++; text[i] != 'u' {
			continue
		}
		first := escaped(text[i+1:])
		i += 4
		if !utf16.IsSurrogate(first) {
			continue
		}
		if !strings.HasPrefix(text[i+1:], `\u`) || utf16.DecodeRune(first, escaped(text[i+3:])) == utf8.RuneError {
			return true
		}
		i += 6
	}
	return false
}

// escaped returns the code at the start of a text, four hexadecimal digits of valid JSON.
func escaped(text string) rune {
	n, _ := strconv.ParseUint(text[:4], 16, 32)
	return rune(n)
}

// jsonItems appends the texts of the values of an array, and of arrays in it. A null is no value.
func jsonItems(s *jsonScanner, separator string, items []string) ([]string, error) {
	for s.open(); s.more(']'); {
		if s.peek() == '[' {
			var err error
			if items, err = jsonItems(s, separator, items); err != nil {
				return nil, err
			}
			continue
		}
		raw := s.value()
		text, err := jsonText(raw)
		switch {
		case raw[0] == 'n':
			continue
		case err != nil:
			return nil, err
		case strings.Contains(text, separator):
			return nil, errSeparator
		}
		items = append(items, text)
	}
	return items, nil
}
