package quality

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo/bench/tape"
	"github.com/ctrzoo/ctrzoo/zoo/train"
)

// Tape describes the files of a folder that another program makes a run of. Numbers are little-endian; ids are rows of the
// joint table of all fields, int32, a sample after the other, and labels float32:
//
//	weights.bin                     the initial weights, float32, in the order of Weights
//	train-ids.bin, train-labels.bin the samples of all epochs, in the order in which they are trained
//	valid-ids.bin, valid-labels.bin the validation part
//	tape.json                       this
type Tape struct {
	Fields    int           `json:"fields"`
	BatchSize int           `json:"batch_size"`
	Epochs    int           `json:"epochs"`
	Every     int           `json:"every"`
	Samples   int           `json:"samples"` // of an epoch
	Weights   []tape.Weight `json:"weights"`
}

// Record trains once with a solver, and writes what the run was made of to a folder that exists.
func (s *Settings) Record(ctx context.Context, folder string, solver solvers.Solver) error {
	if err := s.check(); err != nil {
		return err
	}
	trained, err := newRecorder(folder, "train", s.Set.Train)
	if err != nil {
		return err
	}
	trainer, err := train.NewTrainer(s.run(solver, trained, func(Point) {}))
	if err != nil {
		return errors.Join(err, trained.close())
	}
	defer trainer.Free()
	weights, err := tape.WriteWeights(filepath.Join(folder, "weights.bin"), trainer.Weights())
	if err == nil {
		_, err = trainer.Train(ctx)
	}
	if err := errors.Join(err, trained.close(), s.recordValid(ctx, folder)); err != nil {
		return err
	}
	text, err := json.Marshal(Tape{
		Fields: len(s.Set.Train.Fields()), BatchSize: s.BatchSize, Epochs: s.Epochs, Every: s.Every, Samples: s.Set.Train.Len(), Weights: weights,
	})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "tape.json"), text, 0o666)
}

// recordValid writes the validation part.
func (s *Settings) recordValid(ctx context.Context, folder string) error {
	valid, err := newRecorder(folder, "valid", s.Set.Valid)
	if err != nil {
		return err
	}
	for _, err := range valid.Batches(ctx, s.BatchSize, nil) {
		if err != nil {
			return errors.Join(err, valid.close())
		}
	}
	return valid.close()
}

// recorder is a source that writes all that is read of it.
type recorder struct {
	datasets.Source
	first       []int32 // by field: the first of its rows in the joint table
	ids, labels *os.File
	failed      error
}

func newRecorder(folder, part string, source datasets.Source) (*recorder, error) {
	ids, err := os.Create(filepath.Join(folder, part+"-ids.bin"))
	if err != nil {
		return nil, err
	}
	labels, err := os.Create(filepath.Join(folder, part+"-labels.bin"))
	if err != nil {
		return nil, errors.Join(err, ids.Close())
	}
	return &recorder{Source: source, first: tape.FirstRows(source.Fields()), ids: ids, labels: labels}, nil
}

// Batches implements datasets.Source.
func (r *recorder) Batches(ctx context.Context, size int, shuffle *rand.Rand) iter.Seq2[*datasets.Batch, error] {
	return func(yield func(*datasets.Batch, error) bool) {
		for batch, err := range r.Source.Batches(ctx, size, shuffle) {
			if err == nil {
				r.write(batch)
			}
			if !yield(batch, err) {
				return
			}
		}
	}
}

// write writes the samples of a batch. An error is that of close.
func (r *recorder) write(b *datasets.Batch) {
	var ids, labels []byte
	for i, id := range b.IDs {
		ids = binary.LittleEndian.AppendUint32(ids, uint32(id+r.first[i%len(r.first)]))
	}
	for _, label := range b.Labels {
		labels = binary.LittleEndian.AppendUint32(labels, math.Float32bits(label))
	}
	_, err := r.ids.Write(ids)
	_, also := r.labels.Write(labels)
	r.failed = errors.Join(r.failed, err, also)
}

func (r *recorder) close() error { return errors.Join(r.failed, r.ids.Close(), r.labels.Close()) }
