package draft

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// Draft is a schema to begin with. Someone who knows the log must look it over: a file does not say what
// its columns mean.
type Draft struct {
	Schema *schema.Schema
	Notes  []string // what was left out or guessed, and why
	// Lost lists, of what was to be taken over, the parts that change what a model reads and that a schema does not have.
	Lost []string
}

// YAML returns the text of the schema, with the notes as comments.
func (d *Draft) YAML() ([]byte, error) {
	text, err := d.Schema.YAML()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, note := range d.Notes {
		fmt.Fprintf(&b, "# %s\n", strings.ReplaceAll(note, "\n", " "))
	}
	b.Write(text)
	return b.Bytes(), nil
}

func (d *Draft) note(format string, arguments ...any) {
	d.Notes = append(d.Notes, fmt.Sprintf(format, arguments...))
}

// lose notes a loss.
func (d *Draft) lose(format string, arguments ...any) {
	d.Lost = append(d.Lost, fmt.Sprintf(format, arguments...))
	d.Notes = append(d.Notes, d.Lost[len(d.Lost)-1])
}
