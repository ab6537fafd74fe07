package experiment

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"math"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/ablate"
	"github.com/ctrzoo/ctrzoo/solvers"
)

// rareBuckets is the number of frequency buckets by which test AUC is reported.
const rareBuckets = 5

// dataset is an opened data set with what all its runs share.
type dataset struct {
	*datasets.Set
	hash      string
	rareField string
	groups    []uint8 // of each test sample: the frequency bucket of its value of that field
	// testLabels are those of the test part; nil if its samples have weights, for which there is no DeLong's test.
	testLabels []float32
}

// prepare checks a data set, leaves out of it what an ablation says, and reads it once. bucketField is the field by whose values
// test samples are grouped; "": the one with the most rows.
func prepare(ctx context.Context, name string, set *datasets.Set, a *ablate.Ablation, bucketField string) (*dataset, error) {
	if set.Valid == nil || set.Test == nil {
		return nil, fmt.Errorf("%w: data set %q: a grid needs a validation part and a test part", ErrGrid, name)
	}
	set, err := a.Apply(ctx, set)
	if err != nil {
		return nil, fmt.Errorf("%w: data set %q: %w", ErrGrid, name, err)
	}
	d := &dataset{Set: set}
	if _, err = labelsOf(ctx, datasets.ValidPart, set.Valid); err == nil {
		d.testLabels, err = labelsOf(ctx, datasets.TestPart, set.Test)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: data set %q: %w", ErrGrid, name, err)
	}
	if d.hash, err = HashSet(ctx, set); err != nil {
		return nil, err
	}
	return d, d.group(ctx, bucketField)
}

// labelsOf returns the labels of a part; nil if its samples have weights. It fails if they are all the same: then there is no AUC, by
// which runs could be chosen or compared.
func labelsOf(ctx context.Context, part datasets.Part, source datasets.Source) (labels []float32, err error) {
	weighted := false
	for batch, err := range source.Batches(ctx, 1024, nil) {
		if err != nil {
			return nil, fmt.Errorf("%s part: reading data: %w", part, err)
		}
		labels = append(labels, batch.Labels...)
		weighted = weighted || len(batch.Weights) > 0
	}
	if !slices.Contains(labels, 0) || !slices.Contains(labels, 1) {
		return nil, fmt.Errorf("%s part: all labels are the same, so that there is no AUC", part)
	}
	if weighted {
		return nil, nil
	}
	return labels, nil
}

// rows returns the number of samples of each part.
func (d *dataset) rows() map[string]int {
	return map[string]int{
		datasets.TrainPart.String(): d.Train.Len(), datasets.ValidPart.String(): d.Valid.Len(), datasets.TestPart.String(): d.Test.Len(),
	}
}

// HashSet is the start of the SHA-256 of all fields and samples of the three parts.
func HashSet(ctx context.Context, set *datasets.Set) (string, error) {
	if ctx == nil || set == nil {
		return "", errors.New("experiment: no context, or no data")
	}
	sum := sha256.New()
	for _, part := range []datasets.Source{set.Train, set.Valid, set.Test} {
		if part == nil {
			continue
		}
		fields, err := json.Marshal(part.Fields())
		if err != nil {
			return "", err
		}
		sum.Write(fields)
		for batch, err := range part.Batches(ctx, 1024, nil) {
			if err != nil {
				return "", fmt.Errorf("experiment: reading data: %w", err)
			}
			hashBatch(sum, batch)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}

func hashBatch(sum hash.Hash, b *datasets.Batch) {
	buffer := make([]byte, 0, 4*(len(b.IDs)+len(b.Numbers)+len(b.Labels)+len(b.Weights)))
	for _, id := range b.IDs {
		buffer = binary.LittleEndian.AppendUint32(buffer, uint32(id))
	}
	for _, values := range [][]float32{b.Numbers, b.Labels, b.Weights} {
		for _, v := range values {
			buffer = binary.LittleEndian.AppendUint32(buffer, math.Float32bits(v))
		}
	}
	sum.Write(buffer)
}

// group finds the frequency bucket of each test sample: that of its value of a field, "" for the one with the most rows, or 0 if
// the training part does not have the value.
func (d *dataset) group(ctx context.Context, field string) error {
	column, rare := 0, datasets.Field{}
	next := 0
	for _, f := range d.Train.Fields() {
		if f.Kind == datasets.Categorical && f.Rows > rare.Rows && (field == "" || field == f.Name) {
			column, rare = next, f
		}
		next += f.Columns()
	}
	if d.rareField = rare.Name; field != d.rareField && field != "" {
		return fmt.Errorf("%w: bucket_field: there is no categorical field %q", ErrGrid, field)
	}
	counts := make([]int, rare.Rows)
	err := eachID(ctx, d.Train, column, func(id int32) { counts[id]++ })
	if err != nil {
		return err
	}
	buckets, err := solvers.FrequencyBuckets(counts, rareBuckets)
	if err != nil {
		return err
	}
	return eachID(ctx, d.Test, column, func(id int32) {
		if id == 0 || counts[id] == 0 {
			d.groups = append(d.groups, 0)
			return
		}
		d.groups = append(d.groups, buckets[id])
	})
}

// eachID goes through one id column of a source.
func eachID(ctx context.Context, source datasets.Source, column int, f func(int32)) error {
	for batch, err := range source.Batches(ctx, 1024, nil) {
		if err != nil {
			return fmt.Errorf("experiment: reading data: %w", err)
		}
		width := len(batch.IDs) / batch.Rows
		for at := column; at < len(batch.IDs); at += width {
			f(batch.IDs[at])
		}
	}
	return nil
}
