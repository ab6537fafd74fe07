package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const gophernotes = "github.com/gopherdata/gophernotes"

// edits are the places of gophernotes where it calls what ../kernel has instead. Each occurs
// exactly once.
var edits = []struct{ file, was, is string }{
	{"kernel.go", "ir := interp.New()", "ir := newInterpreter()"},
	{"kernel.go", "io.Copy(&jupyterStdOut, rOut)", "copyOutput(&jupyterStdOut, rOut)"},
}

// addGophernotes adds the files of gophernotes from the module cache.
func (o *overlay) addGophernotes() error {
	folder, err := goList("-f", "{{.Dir}}", gophernotes)
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return err
	}
	for _, path := range files {
		name := filepath.Base(path)
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		edited, err := edit(name, string(text))
		if err != nil {
			return err
		}
		if err := o.add("gophernotes_"+name, []byte(edited)); err != nil {
			return err
		}
	}
	return nil
}

// edit makes the edits of one file.
func edit(name, text string) (string, error) {
	for _, e := range edits {
		if e.file != name {
			continue
		}
		if n := strings.Count(text, e.was); n != 1 {
			return "", fmt.Errorf("%s of %s has %q %d times instead of once: go.mod asks for a version that this installer was not written for", name, gophernotes, e.was, n)
		}
		text = strings.Replace(text, e.was, e.is, 1)
	}
	return text, nil
}
