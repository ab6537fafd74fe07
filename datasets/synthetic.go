package datasets

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
)

// Synthetic is a log that is drawn from known click probabilities. Its fields have values as
// unequal in frequency as those of real logs; most users and devices occur once or twice, with
// small effects of their own, which is what a model with large embeddings learns by heart from
// the second epoch on. The true logit is a sum of a main effect for each field and of
// interactions between pairs of frequent fields.
type Synthetic struct {
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

// Open draws the log. Vocabularies hold the values of the training part only, as they would if it
// were read from files.
func (s Synthetic) Open() (*Set, error) {
	if s.TrainRows == 0 {
		s.TrainRows = 200_000
	}
	if s.TestRows == 0 {
		s.TestRows = 50_000
	}
	rng := rand.New(rand.NewPCG(s.Seed, 0x5eed))
	t := drawTruth(syntheticFields, syntheticBias, rng)
	train, _ := t.draw(s.TrainRows, rng)
	test, probabilities := t.draw(s.TestRows, rng)
	valid, _ := t.draw(s.ValidRows, rng) // last, so that the others do not depend on it
	encoding, err := keepTrainingValues(train.ids, test.ids, valid.ids)
	if err != nil {
		return nil, err
	}
	fields, err := encoding.Fields()
	if err != nil {
		return nil, err
	}
	set := &Set{Vocabularies: encoding.Vocabularies, BestAUC: expectedAUC(probabilities), Encoding: encoding}
	if set.Train, err = NewMemory(fields, train.ids, nil, train.labels); err != nil {
		return nil, err
	}
	if s.ValidRows > 0 {
		if set.Valid, err = NewMemory(fields, valid.ids, nil, valid.labels); err != nil {
			return nil, err
		}
	}
	set.Test, err = NewMemory(fields, test.ids, nil, test.labels)
	return set, err
}

// draw makes samples and tells the true probability of each.
func (t *truth) draw(rows int, rng *rand.Rand) (*samples, []float64) {
	p := &samples{}
	probabilities := make([]float64, rows)
	values := make([]int32, len(t.fields))
	for i := range probabilities {
		click, probability := t.sample(rng, values)
		p.ids = append(p.ids, values...)
		label := float32(0)
		if click {
			label = 1
		}
		p.labels = append(p.labels, label)
		probabilities[i] = probability
	}
	return p, probabilities
}

// keepTrainingValues numbers the values of the training part from 1 in the order of their first
// occurrence, in all parts; those that do not occur there become 0. As text a value is its decimal
// number.
func keepTrainingValues(train []int32, others ...[]int32) (*Encoding, error) {
	n := len(syntheticFields)
	e := &Encoding{Schema: &Schema{Label: "click"}, Scales: make([]Scale, n)}
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
		v, err := NewVocabulary(values, counts)
		if err != nil {
			return nil, err
		}
		e.Schema.Fields = append(e.Schema.Fields, FieldSchema{Name: field.name})
		e.Vocabularies = append(e.Vocabularies, v)
	}
	return e, nil
}

// expectedAUC is the AUC that the true probabilities p have on average over draws of the labels:
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
