package known

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// parsePython reads a Python literal of dicts, lists, tuples, strings, numbers, True, False and
// None, as repr writes them, into the types that encoding/json would use: map[string]any, []any,
// string, float64, bool and nil. A dict whose keys are no strings is an error.
//
// The meta files of the Amazon reviews of 2014 are lines of such literals.
func parsePython(text string) (any, error) {
	p := &pythonParser{text: text}
	v, err := p.value(0)
	if err == nil && p.peek() != 0 {
		err = errors.New("something follows")
	}
	if err != nil {
		return nil, fmt.Errorf("not a Python literal: byte %d: %w", p.at+1, err)
	}
	return v, nil
}

// pythonParser is at a byte of a text.
type pythonParser struct {
	text string
	at   int
}

// maxDepth is how deep literals may be inside each other.
const maxDepth = 100

var errEnd = errors.New("the text ends too early")

// peek returns the next byte that is not white space, and 0 at the end.
func (p *pythonParser) peek() byte {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}

func (p *pythonParser) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("more than %d literals in each other", maxDepth)
	}
	switch c := p.peek(); c {
	case 0:
		return nil, errEnd
	case '{':
		return p.dict(depth)
	case '[':
		return p.list(']', depth)
	case '(':
		return p.list(')', depth)
	case '\'', '"':
		return p.quoted()
	default:
		if word := p.word(); word != "" {
			return p.named(word)
		}
		return nil, fmt.Errorf("unexpected %q", c)
	}
}

// separated calls one for each value between brackets. Commas are between them, and may follow the last.
func (p *pythonParser) separated(end byte, one func() error) error {
	p.at++ // the opening bracket
	for p.peek() != end {
		if err := one(); err != nil {
			return err
		}
		switch p.peek() {
		case ',':
			p.at++
		case end:
		case 0:
			return errEnd
		default:
			return fmt.Errorf("want a comma or %q", end)
		}
	}
	p.at++
	return nil
}

func (p *pythonParser) list(end byte, depth int) (any, error) {
	list := []any{}
	err := p.separated(end, func() error {
		v, err := p.value(depth + 1)
		list = append(list, v)
		return err
	})
	return list, err
}

func (p *pythonParser) dict(depth int) (any, error) {
	dict := map[string]any{}
	err := p.separated('}', func() error {
		key, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		name, isText := key.(string)
		if !isText {
			return errors.New("a key that is no string")
		}
		if p.peek() != ':' {
			return errors.New("want a colon")
		}
		p.at++
		dict[name], err = p.value(depth + 1)
		return err
	})
	return dict, err
}

// word returns the next letters, digits and signs: a number, a name, or the prefix of a string.
func (p *pythonParser) word() string {
	from := p.at
	for p.at < len(p.text) && isWord(p.text[p.at]) {
		p.at++
	}
	return p.text[from:p.at]
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("+-._", c) >= 0
}

// named returns the value of a word. Strings of Python 2 begin with u.
func (p *pythonParser) named(word string) (any, error) {
	switch word {
	case "True":
		return true, nil
	case "False":
		return false, nil
	case "None":
		return nil, nil
	case "u":
		if c := p.peek(); c == '\'' || c == '"' {
			return p.quoted()
		}
	}
	x, err := strconv.ParseFloat(strings.TrimSuffix(word, "L"), 64)
	if err != nil {
		p.at -= len(word)
		return nil, fmt.Errorf("unknown word %.60q", word)
	}
	return x, nil
}

// quoted returns a string in single or double quotes.
func (p *pythonParser) quoted() (string, error) {
	quote := p.text[p.at]
	p.at++
	var out strings.Builder
	for p.at < len(p.text) {
		c := p.text[p.at]
		p.at++
		switch c {
		case quote:
			return out.String(), nil
		case '\\':
			if err := p.escape(&out); err != nil {
				return "", err
			}
		default:
			out.WriteByte(c)
		}
	}
	return "", errEnd
}

// escapes are the texts that a backslash and a letter mean.
var escapes = map[byte]string{
	'\\': "\\", '\'': "'", '"': "\"", 'a': "\a", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v", '\n': "",
}

// escapeDigits is how many hexadecimal digits follow such a letter.
var escapeDigits = map[byte]int{'x': 2, 'u': 4, 'U': 8}

// escape writes the text that a backslash and what follows mean. As in Python, a backslash before an
// unknown letter stays.
func (p *pythonParser) escape(out *strings.Builder) error {
	if p.at == len(p.text) {
		return errEnd
	}
	c := p.text[p.at]
	p.at++
	if text, known := escapes[c]; known {
		out.WriteString(text)
		return nil
	}
	digits := escapeDigits[c]
	if digits == 0 {
		out.WriteByte('\\')
		out.WriteByte(c)
		return nil
	}
	if p.at+digits > len(p.text) {
		return errEnd
	}
	code, err := strconv.ParseUint(p.text[p.at:p.at+digits], 16, 32)
	if err != nil || !utf8.ValidRune(rune(code)) {
		return fmt.Errorf("bad escape \\%c%s", c, p.text[p.at:p.at+digits])
	}
	p.at += digits
	out.WriteRune(rune(code))
	return nil
}
