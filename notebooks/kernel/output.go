//go:build gophernotes

package main

import (
	"bytes"
	"fmt"
	"io"
)

// copyOutput sends what a cell prints to the notebook. A line that starts with a carriage return
// rewrites itself, as it does in a terminal: it becomes an output of its own, which the next line
// of that kind replaces. So a saved notebook holds the last state of a progress line only.
func copyOutput(w *JupyterStreamWriter, r io.Reader) {
	line := rewrittenLine{receipt: w.receipt}
	buffer := make([]byte, 32*1024)
	for {
		n, err := r.Read(buffer)
		text := bytes.ReplaceAll(buffer[:n], []byte("\r\n"), []byte("\n"))
		for len(text) > 0 {
			text = text[line.take(text):]
			end := bytes.IndexByte(text, '\r')
			if end < 0 {
				end = len(text)
			}
			if end > 0 {
				w.Write(text[:end])
			}
			text = text[end:]
		}
		line.publish()
		if err != nil {
			return
		}
	}
}

// rewrittenLine is a line that starts with a carriage return, as far as it has come.
type rewrittenLine struct {
	receipt *msgReceipt
	count   int    // of such lines in this cell, to tell them apart
	id      string // of the output that shows it; "" before there is one
	text    []byte
	open    bool // the line has begun and not ended
	changed bool // since it was last published
}

// take consumes the part of text that belongs to such a line, and returns its length.
func (l *rewrittenLine) take(text []byte) int {
	taken := 0
	for taken < len(text) && (l.open || text[taken] == '\r') {
		switch c := text[taken]; c {
		case '\r':
			l.open, l.text = true, l.text[:0]
		case '\n':
			l.publish()
			l.open, l.id, l.text = false, "", l.text[:0]
		default:
			l.text, l.changed = append(l.text, c), true
		}
		taken++
	}
	return taken
}

// publish shows the line in its present state.
func (l *rewrittenLine) publish() {
	if !l.changed {
		return
	}
	l.changed = false
	message := "update_display_data"
	if l.id == "" {
		l.count++
		l.id, message = fmt.Sprintf("cell-%d-line-%d", ExecCounter, l.count), "display_data"
	}
	l.receipt.Publish(message, map[string]any{
		"data":      map[string]string{"text/plain": string(bytes.TrimRight(l.text, " "))},
		"metadata":  map[string]any{},
		"transient": map[string]string{"display_id": l.id},
	})
}
