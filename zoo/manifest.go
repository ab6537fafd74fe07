package zoo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
)

// What the errors of loading and resuming wrap.
var (
	ErrMismatch = errors.New("the checkpoint is of another run")
	ErrFormat   = errors.New("the checkpoint has a format that this version does not know")
)

// format is the number of the format of checkpoints. It grows with every change that makes older
// versions misread them.
const format = 1

// manifest describes a checkpoint.
type manifest struct {
	Format   int      `json:"format"`
	Run      identity `json:"run"`
	Monitor  Monitor  `json:"monitor,omitempty"`
	Position position `json:"position"`
	Dropouts []byte   `json:"dropouts"` // the state of their generator
	// LearnRate may have been changed since the start of the run.
	LearnRate float64         `json:"learning_rate"`
	History   []epochRecord   `json:"history"`
	Tables    []string        `json:"tables"` // the weights that are tables
	Parts     map[string]Part `json:"parts"`  // by path from the checkpoint
	// Ranks is how many there were in a parallel job; absent of one process.
	Ranks int `json:"ranks,omitempty"`
}

// identity is what must be the same for a run to go on.
type identity struct {
	Model         modelRecord      `json:"model"`
	Solver        string           `json:"solver"`
	BatchSize     int              `json:"batch_size"`
	Seed          uint64           `json:"seed"`
	EmbeddingInit string           `json:"embedding_init"` // the hash of a few draws
	Fields        []datasets.Field `json:"fields"`
	Train         *sourceRecord    `json:"train"`
	Valid         *sourceRecord    `json:"valid"`
	Test          *sourceRecord    `json:"test"`
}

// modelRecord is a model by its type and its exported fields.
type modelRecord struct {
	Type     string          `json:"type"`
	Settings json.RawMessage `json:"settings"`
}

// sourceRecord is a part of a data set by the hash of its samples.
type sourceRecord struct {
	Samples int    `json:"samples"`
	SHA256  string `json:"sha256"`
}

// identify reads all data once.
func (r *Run) identify(ctx context.Context, solver string) (identity, error) {
	id, err := r.identifySettings(solver)
	for _, part := range r.parts(&id) {
		if err != nil {
			return id, err
		}
		*part.record, err = identifySource(ctx, part.source)
	}
	return id, err
}

// identifySettings is identify without the data.
func (r *Run) identifySettings(solver string) (identity, error) {
	settings, err := json.Marshal(r.Model)
	if err != nil {
		return identity{}, fmt.Errorf("the model cannot be saved: %w", err)
	}
	return identity{
		Model:  modelRecord{reflect.TypeOf(r.Model).String(), settings},
		Solver: solver, BatchSize: r.BatchSize, Seed: r.Seed, EmbeddingInit: identifyInitializer(r.EmbeddingInit),
		Fields: r.Train.Fields(),
	}, nil
}

// dataPart is a part of the data and where its record belongs.
type dataPart struct {
	source datasets.Source
	record **sourceRecord
}

// parts are those that the run has.
func (r *Run) parts(id *identity) []dataPart {
	all := []dataPart{{r.Train, &id.Train}, {r.Valid, &id.Valid}, {r.Test, &id.Test}}
	return slices.DeleteFunc(all, func(p dataPart) bool { return p.source == nil })
}

func identifyInitializer(init graph.Initializer) string {
	draws := make([]float32, 4)
	if init == nil {
		return "default"
	}
	init(draws, rand.New(rand.NewPCG(0, 0)))
	return hash(offheap.Bytes(draws))
}

func identifySource(ctx context.Context, s datasets.Source) (*sourceRecord, error) {
	h := sha256.New()
	for b, err := range s.Batches(ctx, 4096, nil) {
		if err != nil {
			return nil, err
		}
		for _, data := range [][]byte{offheap.Bytes(b.IDs), offheap.Bytes(b.Numbers), offheap.Bytes(b.Labels)} {
			h.Write(data)
		}
	}
	return &sourceRecord{s.Len(), hex.EncodeToString(h.Sum(nil))}, nil
}

// comparison is two values that should be equal.
type comparison struct {
	what string
	a, b any
}

// texts are the values as text, and whether they are equal.
func (c *comparison) texts() (a, b string, equal bool) {
	texts := make([]string, 2)
	for i, v := range []any{c.a, c.b} {
		text, err := json.Marshal(v)
		if err != nil { // equal to nothing
			text = fmt.Appendf(nil, "%d: %v", i, err)
		}
		texts[i] = string(text)
	}
	return texts[0], texts[1], texts[0] == texts[1]
}

// compare lists what two runs must have in common.
func (id *identity) compare(other *identity) []comparison {
	return []comparison{
		{"model", id.Model, other.Model},
		{"solver", id.Solver, other.Solver},
		{"batch size", id.BatchSize, other.BatchSize},
		{"seed", id.Seed, other.Seed},
		{"start of embeddings", id.EmbeddingInit, other.EmbeddingInit},
		{"schema (fields)", id.Fields, other.Fields},
		{"training data", id.Train, other.Train},
		{"validation data", id.Valid, other.Valid},
		{"test data", id.Test, other.Test},
	}
}

// check compares the run of a checkpoint with the one that wants to go on from it.
func (saved *identity) check(given *identity) error {
	for _, c := range saved.compare(given) {
		if a, b, equal := c.texts(); !equal {
			return fmt.Errorf("%w: %s: it has %s, this run has %s", ErrMismatch, c.what, a, b)
		}
	}
	return nil
}

// model makes the model again, from the catalog or from models of one's own.
func (r *modelRecord) model(own []Model) (Model, error) {
	for _, e := range Catalog() {
		own = append(own, e.New(Hyperparameters{}))
	}
	for _, m := range own {
		t := reflect.TypeOf(m)
		if t.String() != r.Type {
			continue
		}
		made := reflect.New(t)
		decoder := json.NewDecoder(bytes.NewReader(r.Settings))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(made.Interface()); err != nil {
			return nil, fmt.Errorf("%w: model %s: %w", ErrFormat, r.Type, err)
		}
		return made.Elem().Interface().(Model), nil
	}
	return nil, fmt.Errorf("%w of type %s: give Load a value of that type", ErrUnknownModel, r.Type)
}

// checkParts finds out whether all files are as they were written.
func (m *manifest) checkParts(dir string) error {
	for _, name := range slices.Sorted(maps.Keys(m.Parts)) {
		if err := m.Parts[name].check(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// readManifest reads the manifest of a checkpoint.
func readManifest(path string) (*manifest, error) {
	var m manifest
	// The format first: the rest of another one may not even parse.
	var version struct{ Format int }
	if err := readSealed(path, &version); err != nil {
		return nil, err
	}
	if version.Format != format {
		return nil, fmt.Errorf("%s: %w: it has format %d, this version reads %d", path, ErrFormat, version.Format, format)
	}
	return &m, readSealed(path, &m)
}
