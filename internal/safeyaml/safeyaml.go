package safeyaml

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
)

// ErrUnreadable is a text that no file of settings needs to be like: nested more than 500 levels deep, with more than 5000 keys
// in a map, or one that the library cannot take.
var ErrUnreadable = errors.New("the YAML cannot be read")

const deepest = 500

// Decode reads a text into a value.
func Decode(text []byte, to any, options ...yaml.DecodeOption) (err error) {
	defer recovered(&err)
	if err := check(text); err != nil {
		return err
	}
	return yaml.NewDecoder(bytes.NewReader(text), options...).Decode(to)
}

// Parse returns the nodes of a text.
func Parse(text []byte) (file *ast.File, err error) {
	defer recovered(&err)
	if err := check(text); err != nil {
		return nil, err
	}
	return parser.ParseBytes(text, 0)
}

// recovered makes an error of a panic.
func recovered(err *error) {
	if cause := recover(); cause != nil {
		*err = fmt.Errorf("%w: %v", ErrUnreadable, cause)
	}
}

func check(text []byte) error {
	if err := checkNesting(text); err != nil {
		return err
	}
	return checkKeys(lexer.Tokenize(string(text)))
}

// checkNesting finds out how deep values are in each other, roughly: the brackets that are open, and what is before the first
// letter of a line.
func checkNesting(text []byte) error {
	open, line := 0, 0
	for row := range bytes.Lines(text) {
		line++
		before := len(row) - len(bytes.TrimLeft(row, " -?:\t"))
		for _, c := range row {
			switch c {
			case '[', '{':
				open++
			case ']', '}':
				open = max(open-1, 0)
			}
		}
		if open > deepest || before > deepest {
			return fmt.Errorf("%w: line %d: more than %d levels", ErrUnreadable, line, deepest)
		}
	}
	return nil
}
