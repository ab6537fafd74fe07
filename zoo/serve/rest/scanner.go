package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ctrzoo/ctrzoo/zoo/serve"
)

// deepest is how many arrays and objects may be within each other.
const deepest = 64

var (
	errDeep = fmt.Errorf("more than %d arrays and objects within each other", deepest)
	errText = errors.New("a text is not valid UTF-8")
)

// scanner reads JSON from front to back, once. Its first error stays, and ends every loop.
//
// It accepts what encoding/json accepts, but for a depth below deepest. Texts are those of the JSON itself, unless they have
// escapes.
type scanner struct {
	text  []byte
	at    int
	depth int
	err   error
}

// syntaxError is an error of the JSON itself.
type syntaxError struct {
	at   int
	what string
}

func (e *syntaxError) Error() string { return fmt.Sprintf("not JSON: byte %d: %s", e.at+1, e.what) }

func (s *scanner) fail(err error) {
	if s.err == nil {
		s.err = err
	}
	s.at = len(s.text)
}

func (s *scanner) syntax(what string) { s.fail(&syntaxError{s.at, what}) }

// peek returns the next character that is no space, and 0 at the end.
func (s *scanner) peek() byte {
	if s.at < len(s.text) && s.text[s.at] > ' ' {
		return s.text[s.at]
	}
	return s.pastSpaces()
}

func (s *scanner) pastSpaces() byte {
	for ; s.at < len(s.text); s.at++ {
		if c := s.text[s.at]; c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c
		}
	}
	return 0
}

// expect goes past a character, which must be the next one.
func (s *scanner) expect(c byte) {
	if s.peek() != c || s.at == len(s.text) {
		s.syntax("want " + strconv.QuoteRune(rune(c)))
		return
	}
	s.at++
}

// open goes into an object or an array.
func (s *scanner) open(c byte) {
	s.expect(c)
	if s.depth++; s.depth > deepest {
		s.fail(errDeep)
	}
}

// more goes to the next value of an object or array, and reports whether there is one; else it goes past the end.
func (s *scanner) more(first *bool, end byte) bool {
	if s.err != nil {
		return false
	}
	if s.peek() == end {
		s.at++
		s.depth--
		return false
	}
	if !*first {
		s.expect(',')
	}
	*first = false
	return s.err == nil
}

// object calls do for each key of an object, to read its value.
func (s *scanner) object(do func(key string)) {
	first := true
	for s.open('{'); s.more(&first, '}'); {
		key := s.string()
		s.expect(':')
		if s.err == nil {
			do(key)
		}
	}
}

// array calls do for each value of an array, to read it.
func (s *scanner) array(do func()) {
	first := true
	for s.open('['); s.more(&first, ']'); {
		do()
	}
}

// string reads a text.
func (s *scanner) string() string {
	s.expect('"')
	start, at := s.at, s.at
	for at < len(s.text) && !ends[s.text[at]] {
		at++
	}
	if s.at = at; s.past('"') {
		return serve.Text(s.text[start:at])
	}
	return s.escaped(start)
}

// ends has the characters that end the plain part of a text: control characters, the quote and the backslash.
var ends = func() (table [256]bool) {
	for c := range byte(' ') {
		table[c] = true
	}
	table['"'], table['\\'] = true, true
	return table
}()

// escaped reads on in a text that has an escape, or does not end.
func (s *scanner) escaped(start int) string {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '"':
			s.at++
			return s.unescape(s.text[start-1 : s.at])
		case c == '\\':
			s.at++
		case c < ' ':
			s.syntax("a control character within a text")
			return ""
		}
	}
	s.syntax("a text does not end")
	return ""
}

func (s *scanner) unescape(quoted []byte) (text string) {
	if err := json.Unmarshal(quoted, &text); err != nil {
		s.syntax("a bad escape within a text")
	} else if !utf8.Valid(quoted) {
		s.fail(errText) // which Unmarshal has replaced
	}
	return text
}

// number reads a number as it is written.
func (s *scanner) number() string {
	s.peek()
	start := s.at
	s.past('-')
	if !s.past('0') && !s.digits() {
		s.syntax("want a number")
	}
	if s.past('.') && !s.digits() {
		s.syntax("want a digit after the point")
	}
	if s.past('e') || s.past('E') {
		if !s.past('+') {
			s.past('-')
		}
		if !s.digits() {
			s.syntax("want a digit in the exponent")
		}
	}
	if s.err != nil {
		return ""
	}
	return serve.Text(s.text[start:s.at])
}

// past goes past a character if it is the next one.
func (s *scanner) past(c byte) bool {
	if s.at < len(s.text) && s.text[s.at] == c {
		s.at++
		return true
	}
	return false
}

func (s *scanner) digits() bool {
	start := s.at
	for s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9' {
		s.at++
	}
	return s.at > start
}

// word goes past true, false or null.
func (s *scanner) word(word string) {
	if len(s.text)-s.at < len(word) || string(s.text[s.at:s.at+len(word)]) != word {
		s.syntax("want a value")
		return
	}
	s.at += len(word)
}

// skip goes past a value of any kind.
func (s *scanner) skip() {
	switch s.peek() {
	case '{':
		s.object(func(string) { s.skip() })
	case '[':
		s.array(s.skip)
	case '"':
		s.string()
	case 't':
		s.word("true")
	case 'f':
		s.word("false")
	case 'n':
		s.word("null")
	default:
		s.number()
	}
}

// raw returns the next value as it is written.
func (s *scanner) raw() []byte {
	s.peek()
	start := s.at
	s.skip()
	return s.text[start:s.at]
}

// end refuses what comes after the value.
func (s *scanner) end() {
	if s.err == nil && (s.peek() != 0 || s.at < len(s.text)) {
		s.syntax("more than one value")
	}
}

// isOther reports whether the next value is one, but no number.
func (s *scanner) isOther() bool { return strings.IndexByte(`"tfn[{`, s.peek()) >= 0 }

// integer reads a number that must be whole.
func (s *scanner) integer(what string) int64 {
	if s.isOther() {
		s.fail(fmt.Errorf("%s: want a whole number", what))
		return 0
	}
	n, err := strconv.ParseInt(s.number(), 10, 64)
	if err != nil {
		s.fail(fmt.Errorf("%s: want a whole number", what))
	}
	return n
}

// boolean reads true or false.
func (s *scanner) boolean(what string) bool {
	switch s.peek() {
	case 't':
		s.word("true")
		return true
	case 'f':
		s.word("false")
	default:
		s.fail(fmt.Errorf("%s: want true or false", what))
	}
	return false
}

// float reads a number, and NaN for null.
func (s *scanner) float(bits int) float64 {
	if s.peek() == 'n' {
		s.word("null")
		return math.NaN()
	}
	if s.isOther() {
		s.fail(errors.New("want numbers"))
		return 0
	}
	x, err := strconv.ParseFloat(s.number(), bits)
	if err != nil {
		s.fail(errors.New("want numbers"))
	}
	return x
}
