package datasets

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Files of a prepared data set, in its folder beside a Parquet file for each part.
const (
	manifestFile   = "manifest.json"
	schemaFile     = "schema.yaml"
	vocabularyFile = "vocabulary.parquet"
)

// manifestFormat is the number of the layout of a prepared data set.
const manifestFormat = 1

// Manifest says where a prepared data set comes from and what is in it.
type Manifest struct {
	Format  int          `json:"format"`  // of the folder: 1
	Version string       `json:"version"` // of the module that wrote it
	Data    string       `json:"data"`    // a known data set, or "" for one of its own schema
	Options LoadOptions  `json:"options"`
	Skipped int          `json:"skipped_lines"` // that could not be understood
	Sources []SourceFile `json:"sources"`
	Parts   []Part       `json:"parts"` // those that have rows: train, valid, test
	Fields  []FieldFacts `json:"fields"`
}

// SourceFile is a file that a prepared data set was made of.
type SourceFile struct {
	Name   string `json:"name"` // without its folder
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Part is a part of a prepared data set.
type Part struct {
	Name      string `json:"name"` // train, valid or test
	File      string `json:"file"`
	Rows      int    `json:"rows"`
	Positives int    `json:"positives"`
	SHA256    string `json:"sha256"` // of the file
}

// FieldFacts are what is known of a field of a prepared data set.
type FieldFacts struct {
	Name string `json:"name"`
	Kind string `json:"kind"`           // categorical, list or numeric
	Rows int    `json:"rows,omitempty"` // of its embedding: ids are 0 .. Rows-1
	// Shares is the field whose vocabulary this one uses.
	Shares string `json:"shares,omitempty"`
	// Values are the counts of the training part; nil for a number and for buckets.
	Values *ValueCounts `json:"values,omitempty"`
	// Cut and Unseen are, by part, the shares of the values that have no row of their own: because
	// they are below min_count, and because they do not occur in the training part.
	Cut    map[string]float64 `json:"cut_share,omitempty"`
	Unseen map[string]float64 `json:"unseen_share,omitempty"`
	// Scale is that of a number.
	Scale *Scale `json:"scale,omitempty"`
}

// ReadManifest reads what a prepared data set says of itself.
func ReadManifest(dir string) (*Manifest, error) {
	path := filepath.Join(dir, manifestFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("datasets: not a prepared data set: %w", err)
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, &SyntaxError{Path: path, Err: err}
	}
	if m.Format != manifestFormat {
		return nil, &SyntaxError{Path: path, Err: fmt.Errorf("format %d; this version reads format %d: prepare the data again", m.Format, manifestFormat)}
	}
	return &m, nil
}

// IsPrepared says whether a folder holds a prepared data set.
func IsPrepared(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, manifestFile))
	return err == nil
}

// facts are what the encoder knows of its fields.
func (e *encoder) facts() []FieldFacts {
	kinds := map[Kind]string{Categorical: "categorical", List: "list", Numeric: "numeric"}
	list := make([]FieldFacts, len(e.fields))
	for i, f := range e.fields {
		list[i] = FieldFacts{Name: f.Name, Kind: kinds[f.field.Kind], Rows: f.field.Rows, Shares: f.Shares}
		switch {
		case f.scale != nil:
			list[i].Scale = &Scale{f.scale.mean, f.scale.multiplier, f.scale.empty}
		case f.vocabulary != nil:
			list[i].Values = &f.statistics
			list[i].Cut, list[i].Unseen = map[string]float64{}, map[string]float64{}
			for p, t := range e.tallies {
				if t.values[i] > 0 {
					list[i].Cut[partNames[p]] = float64(t.cut[i]) / float64(t.values[i])
					list[i].Unseen[partNames[p]] = float64(t.unseen[i]) / float64(t.values[i])
				}
			}
		}
	}
	return list
}

// sourceFiles are the files among the paths, and those in the folders among them.
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
