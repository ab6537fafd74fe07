package embeddings

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"unicode"
)

// ErrToken is wrapped by the error of a value that the text of word2vec cannot have.
var ErrToken = errors.New("cannot be a word of word2vec's text")

// unknownToken is the word of values out of vocabulary.
const unknownToken = "<oov>"

// writeWord2Vec writes the text of word2vec: the numbers of rows and of values in a vector, then in each line a word and its
// vector. The word is the value, after the name of the field and a colon if there are several fields.
func writeWord2Vec(to io.Writer, rows iter.Seq[row], report *Report, withField bool) error {
	w := bufio.NewWriter(to)
	fmt.Fprintf(w, "%d %d\n", report.Rows, report.Dim)
	var line []byte
	for r := range rows {
		word, err := tokenOf(&r, withField)
		if err != nil {
			return err
		}
		line = append(line[:0], word...)
		for _, x := range r.Vector {
			line = strconv.AppendFloat(append(line, ' '), float64(x), 'g', -1, 32)
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return w.Flush()
}

// tokenOf returns the word of a row.
func tokenOf(r *row, withField bool) (string, error) {
	word := r.text()
	switch {
	case r.isUnknown():
		word = unknownToken
	case word == "" || word == unknownToken:
		return "", fmt.Errorf("the value %q of the field %q (id %d) %w", word, r.field, r.ID, ErrToken)
	}
	if withField {
		word = r.field + ":" + word
	}
	if strings.ContainsFunc(word, unicode.IsSpace) {
		return "", fmt.Errorf("the value %q of the field %q (id %d) has a space, and so %w", r.text(), r.field, r.ID, ErrToken)
	}
	return word, nil
}
