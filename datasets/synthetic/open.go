package synthetic

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
)

// Options are the size and the seed of a log. The zero value is the default of all of them.
type Options struct {
	TrainRows int    // default 200,000
	TestRows  int    // default 50,000
	ValidRows int    // default 0: no validation part
	Seed      uint64 // of the log; default 0
}

var syntheticFields = []drawnField{
	{name: "user", values: 300_000, skew: 1.4, effect: 0.35},
	{name: "device", values: 60_000, skew: 2.2, effect: 0.25},
	{name: "item", values: 3_000, skew: 3, effect: 0.5, pairs: 0.35},
	{name: "seller", values: 400, skew: 2.5, effect: 0.3, pairs: 0.35},
	{name: "category", values: 40, skew: 2, effect: 0.3, pairs: 0.35},
	{name: "site", values: 200, skew: 2.5, effect: 0.3, pairs: 0.35},
	{name: "hour", values: 24, skew: 1.2, effect: 0.2, pairs: 0.2},
	{name: "position", values: 6, skew: 1.5, effect: 0.4},
}

const syntheticBias = -1.3 // logit without effects: about 22 % clicks

// Open draws a log from known click probabilities. Its fields have values as unequal in frequency as
// those of real logs; most users and devices occur once or twice, with small effects of their own,
// which is what a model with large embeddings learns by heart from the second epoch on. The true logit
// is a sum of a main effect for each field and of interactions between pairs of frequent fields.
//
// Vocabularies hold the values of the training part only, as they would if the log were read from
// files.
func Open(ctx context.Context, o Options) (*datasets.Set, error) {
	if o.TrainRows == 0 {
		o.TrainRows = 200_000
	}
	if o.TestRows == 0 {
		o.TestRows = 50_000
	}
	if ctx == nil || min(o.TrainRows, o.TestRows, o.ValidRows) < 0 {
		return nil, errors.New("datasets: a synthetic log: no context, or a negative number of samples")
	}
	if err := o.need().Check(); err != nil {
		return nil, fmt.Errorf("datasets: %d samples of a synthetic log: %w", max(o.TrainRows, o.TestRows, o.ValidRows), err)
	}
	rng := rand.New(rand.NewPCG(o.Seed, 0x5eed))
	t := drawTruth(syntheticFields, syntheticBias, rng)
	train, _, err := t.draw(ctx, o.TrainRows, rng)
	if err != nil {
		return nil, err
	}
	test, probabilities, err := t.draw(ctx, o.TestRows, rng)
	if err != nil {
		return nil, err
	}
	valid, _, err := t.draw(ctx, o.ValidRows, rng) // last, so that the others do not depend on it
	if err != nil {
		return nil, err
	}
	encoding, err := keepTrainingValues(train.IDs, test.IDs, valid.IDs)
	if err != nil {
		return nil, err
	}
	fields, err := encoding.Fields()
	if err != nil {
		return nil, err
	}
	set := &datasets.Set{BestAUC: expectedAUC(probabilities), Encoding: encoding}
	for p, b := range []*datasets.Batch{train, valid, test} {
		if b.Rows == 0 {
			continue
		}
		source, err := datasets.NewMemory(fields, b.IDs, nil, b.Labels)
		if err != nil {
			return nil, err
		}
		set.Put(datasets.Part(p), source)
	}
	return set, nil
}

// need is what the samples take in memory: ids, a label and a probability.
func (o Options) need() (n offheap.Need) {
	bytes := uint64(4*len(syntheticFields) + 4 + 8)
	for _, rows := range []int{o.TrainRows, o.TestRows, o.ValidRows} {
		n = n.And(offheap.Times(bytes, rows))
	}
	return n
}

// draw makes samples, and returns the true probability of each.
func (t *truth) draw(ctx context.Context, rows int, rng *rand.Rand) (*datasets.Batch, []float64, error) {
	b := &datasets.Batch{Rows: rows, IDs: make([]int32, 0, rows*len(t.fields)), Labels: make([]float32, 0, rows)}
	probabilities := make([]float64, rows)
	values := make([]int32, len(t.fields))
	for i := range probabilities {
		if (i+1)%rowsPerCheck == 0 && ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		click, probability := t.sample(rng, values)
		b.IDs = append(b.IDs, values...)
		label := float32(0)
		if click {
			label = 1
		}
		b.Labels = append(b.Labels, label)
		probabilities[i] = probability
	}
	return b, probabilities, nil
}

// keepTrainingValues numbers the values of the training part from 1 in the order of their first
// occurrence, in all parts; those that do not occur there become 0. As text a value is its decimal
// number.
func keepTrainingValues(train []int32, others ...[]int32) (*datasets.Encoding, error) {
	n := len(syntheticFields)
	e := &datasets.Encoding{Schema: &schema.Schema{Label: "click"}, Scales: make([]datasets.Scale, n)}
	for f, field := range syntheticFields {
		ids := make([]int32, field.values)
		values, counts := []string{""}, []int{0}
		for i := f; i < len(train); i += n {
			id := &ids[train[i]]
			if *id == 0 {
				*id = int32(len(values))
				values, counts = append(values, strconv.Itoa(int(train[i]))), append(counts, 0)
			}
			counts[*id]++
			train[i] = *id
		}
		for _, part := range others {
			for i := f; i < len(part); i += n {
				part[i] = ids[part[i]]
			}
		}
		v, err := datasets.NewVocabulary(values, counts)
		if err != nil {
			return nil, err
		}
		e.Schema.Fields = append(e.Schema.Fields, schema.Field{Name: field.name})
		e.Vocabularies = append(e.Vocabularies, v)
	}
	return e, nil
}

// expectedAUC returns the AUC that the true probabilities p have on average over draws of the labels:
// every sample counts as a positive by p and as a negative by 1-p. No model can expect more.
func expectedAUC(probabilities []float64) float64 {
	sorted := slices.SortedFunc(slices.Values(probabilities), cmp.Compare[float64])
	var wins, positives, negatives, same float64
	for _, p := range sorted {
		wins += p * negatives
		same += p * (1 - p)
		positives += p
		negatives += 1 - p
	}
	return wins / (positives*negatives - same) // a sample is not compared with itself
}
