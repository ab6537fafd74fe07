package train

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"gorgonia.org/gorgonia"
)

// identify reads all data once.
func (r *Run) identify(ctx context.Context, solver string) (checkpoint.Identity, error) {
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
func (r *Run) identifySettings(solver string) (checkpoint.Identity, error) {
	model, err := checkpoint.RecordModel(r.Model)
	from := ""
	if err == nil && r.From != "" {
		from, err = checkpoint.HashManifest(r.From)
	}
	return checkpoint.Identity{
		Model: model, From: from,
		Solver: solver, BatchSize: r.BatchSize, Seed: r.Seed, EmbeddingInit: identifyInitializer(r.EmbeddingInit),
		Fields: r.Train.Fields(), Schedule: r.identifySchedule(), EvaluateEvery: r.EvaluateEvery, Precision: r.Precision,
	}, err
}

// dataPart is a part of the data and where its record belongs.
type dataPart struct {
	source datasets.Source
	record **checkpoint.SourceRecord
}

// parts are those that the run has.
func (r *Run) parts(id *checkpoint.Identity) []dataPart {
	all := []dataPart{{r.Train, &id.Train}, {r.Valid, &id.Valid}, {r.Test, &id.Test}}
	return slices.DeleteFunc(all, func(p dataPart) bool { return p.source == nil })
}

func identifyInitializer(init graph.Initializer) string {
	draws := make([]float32, 4)
	if init == nil {
		return "default"
	}
	init(draws, rand.New(rand.NewPCG(0, 0)))
	return checkpoint.Hash(offheap.Bytes(draws))
}

func identifySource(ctx context.Context, s datasets.Source) (*checkpoint.SourceRecord, error) {
	h := sha256.New()
	for b, err := range s.Batches(ctx, 4096, nil) {
		if err != nil {
			return nil, err
		}
		h.Write(bytesOf(b))
	}
	return &checkpoint.SourceRecord{Samples: s.Len(), SHA256: hex.EncodeToString(h.Sum(nil))}, nil
}

// bytesOf returns all that a batch has.
func bytesOf(b *datasets.Batch) []byte {
	return bytes.Join([][]byte{offheap.Bytes(b.IDs), offheap.Bytes(b.Numbers), offheap.Bytes(b.Labels), offheap.Bytes(b.Weights)}, nil)
}

// identifyStart is identifySource for the first samples only.
func identifyStart(s datasets.Source) (*checkpoint.SourceRecord, error) {
	record := &checkpoint.SourceRecord{Samples: s.Len()}
	for b, err := range s.Batches(context.Background(), 4096, nil) {
		if err != nil {
			return nil, err
		}
		record.SHA256 = checkpoint.Hash(bytesOf(b))
		break
	}
	return record, nil
}

// solverName returns the name of a solver with its options.
func solverName(s gorgonia.Solver) string { return fmt.Sprint(s) }
