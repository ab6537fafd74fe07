package prepared

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
)

// Files of a prepared data set, in its folder beside a Parquet file for each part.
const (
	manifestFile   = "manifest.json"
	schemaFile     = "schema.yaml"
	vocabularyFile = "vocabulary.parquet"
)

// partFile returns the name of the file of a part.
func partFile(p datasets.Part) string { return p.String() + ".parquet" }

// manifestFormat is the number of the layout of a prepared data set.
const manifestFormat = 1

// mostManifest is how many bytes a manifest may have. It has some hundred for each field and each source.
const mostManifest = 256 << 20

// Manifest records where a prepared data set comes from and what is in it.
type Manifest struct {
	Format  int                 `json:"format"`  // of the folder: 1
	Version string              `json:"version"` // of the module that wrote it
	Data    string              `json:"data"`    // a known data set, or "" for a log with a schema of its own
	Options encode.Choices      `json:"options"`
	Skipped int                 `json:"skipped_lines"` // that could not be understood
	Sources []rawlog.Source     `json:"sources"`       // of the raw log
	Parts   []PartFile          `json:"parts"`         // those that have rows: train, valid, test
	Others  map[string]Sum      `json:"others"`        // the other files of the folder by name; nil in older folders
	Fields  []encode.FieldFacts `json:"fields"`
}

// PartFile is the file of a part of a prepared data set.
type PartFile struct {
	Name      string `json:"name"` // train, valid or test
	File      string `json:"file"` // the name with .parquet
	Rows      int    `json:"rows"`
	Positives int    `json:"positives"`
	// Weight is that of all rows together; 0 if they have no weights.
	Weight float64 `json:"weight,omitempty"`
	Sum
}

// ReadManifest reads the manifest of a prepared data set.
func ReadManifest(dir string) (*Manifest, error) {
	path := filepath.Join(dir, manifestFile)
	text, err := safefile.Read(path, mostManifest)
	if err != nil {
		return nil, fmt.Errorf("datasets: not a prepared data set: %w", err)
	}
	m, err := parseManifest(text)
	if err != nil {
		return nil, &rawlog.SyntaxError{Path: path, Err: err}
	}
	return m, nil
}

func parseManifest(text []byte) (*Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, err
	}
	if m.Format != manifestFormat {
		return nil, fmt.Errorf("format %d; this version reads format %d: prepare the data again", m.Format, manifestFormat)
	}
	seen := map[string]bool{}
	for i, p := range m.Parts {
		part, err := datasets.ParsePart(p.Name)
		switch {
		case err != nil:
			return nil, fmt.Errorf("part %d: %w", i+1, err)
		case p.File != partFile(part) || seen[p.Name]:
			return nil, fmt.Errorf("part %d: the file of %s is %s, and there is one, not %q", i+1, p.Name, partFile(part), p.File)
		case p.Rows < 1 || p.Positives < 0 || p.Positives > p.Rows:
			return nil, fmt.Errorf("part %d (%s): %d rows with %d clicks", i+1, p.Name, p.Rows, p.Positives)
		}
		seen[p.Name] = true
	}
	return &m, nil
}

// Exists reports whether a folder holds a prepared data set.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, manifestFile))
	return err == nil
}
