package prepared

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
)

// Files of a prepared data set, in its folder beside a Parquet file for each part.
const (
	manifestFile   = "manifest.json"
	schemaFile     = "schema.yaml"
	vocabularyFile = "vocabulary.parquet"
)

// manifestFormat is the number of the layout of a prepared data set.
const manifestFormat = 1

// Manifest records where a prepared data set comes from and what is in it.
type Manifest struct {
	Format  int                 `json:"format"`  // of the folder: 1
	Version string              `json:"version"` // of the module that wrote it
	Data    string              `json:"data"`    // a known data set, or "" for a log with a schema of its own
	Options encode.Choices      `json:"options"`
	Skipped int                 `json:"skipped_lines"` // that could not be understood
	Sources []SourceFile        `json:"sources"`
	Parts   []PartFile          `json:"parts"` // those that have rows: train, valid, test
	Fields  []encode.FieldFacts `json:"fields"`
}

// SourceFile is a file of the raw log.
type SourceFile struct {
	Name   string `json:"name"` // without its folder
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// PartFile is the file of a part of a prepared data set.
type PartFile struct {
	Name      string `json:"name"` // train, valid or test
	File      string `json:"file"`
	Rows      int    `json:"rows"`
	Positives int    `json:"positives"`
	SHA256    string `json:"sha256"` // of the file
}

// ReadManifest reads the manifest of a prepared data set.
func ReadManifest(dir string) (*Manifest, error) {
	path := filepath.Join(dir, manifestFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("datasets: not a prepared data set: %w", err)
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, &rawlog.SyntaxError{Path: path, Err: err}
	}
	if m.Format != manifestFormat {
		return nil, &rawlog.SyntaxError{Path: path, Err: fmt.Errorf("format %d; this version reads format %d: prepare the data again", m.Format, manifestFormat)}
	}
	return &m, nil
}

// Exists reports whether a folder holds a prepared data set.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, manifestFile))
	return err == nil
}

// sourceFiles returns the files among the paths, and those in the folders among them.
func sourceFiles(paths []string) (list []SourceFile, err error) {
	for _, path := range paths {
		err := filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			source, err := sourceFile(path)
			list = append(list, source)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("datasets: %w", err)
		}
	}
	return list, nil
}

func sourceFile(path string) (SourceFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return SourceFile{}, err
	}
	defer f.Close()
	hash := sha256.New()
	n, err := io.Copy(hash, f)
	return SourceFile{Name: filepath.Base(path), Bytes: n, SHA256: hex.EncodeToString(hash.Sum(nil))}, err
}
