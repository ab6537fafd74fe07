package synthetic

import (
	"math"
	"math/rand/v2"

	"github.com/ctrzoo/ctrzoo/datasets/internal/hash"
)

// drawnField is how a field's values and effects are drawn. A value's rank is values * u^skew for
// uniform u: a tail like Zipf's.
type drawnField struct {
	name   string
	values int
	skew   float64
	effect float64 // standard deviation of the main effects
	pairs  float64 // standard deviation of the interaction with the other fields that have one
	of     string  // an earlier field whose value decides this one's, as the seller of an item
}

const interactionFactors = 4

// truth is the drawn effects of values. The logit of a sample is the bias and the sum of a main
// effect for each field and of interactions between pairs of fields.
type truth struct {
	fields  []drawnField
	bias    float64
	of      []int // the field that decides; itself if none does
	main    [][]float64
	factors [][][interactionFactors]float64 // nil for fields without interactions
}

func drawTruth(fields []drawnField, bias float64, rng *rand.Rand) *truth {
	t := &truth{fields: fields, bias: bias}
	at := map[string]int{}
	for i, f := range fields {
		at[f.name] = i
		decider := i
		if f.of != "" {
			decider = at[f.of]
		}
		t.of = append(t.of, decider)
		main, factors := f.drawEffects(rng)
		t.main, t.factors = append(t.main, main), append(t.factors, factors)
	}
	return t
}

// drawEffects draws the factors even of fields that have no use for them, so that the effects of
// the later fields stay the same.
func (f *drawnField) drawEffects(rng *rand.Rand) (main []float64, factors [][interactionFactors]float64) {
	main = make([]float64, f.values)
	if f.pairs > 0 {
		factors = make([][interactionFactors]float64, f.values)
	}
	for v := range main {
		effect, interaction := f.drawEffect(rng)
		if main[v] = effect; factors != nil {
			factors[v] = interaction
		}
	}
	return main, factors
}

// drawEffect draws the main effect and the factors of one value.
func (f *drawnField) drawEffect(rng *rand.Rand) (main float64, factors [interactionFactors]float64) {
	// The product of two such factors, summed, has a standard deviation of pairs^2 / pairs.
	size := math.Sqrt(f.pairs) / math.Pow(interactionFactors, 0.25)
	main = rng.NormFloat64() * f.effect
	for i := range factors {
		factors[i] = rng.NormFloat64() * size
	}
	return main, factors
}

// sample draws the values of a sample and whether it was clicked. It returns the true probability.
func (t *truth) sample(rng *rand.Rand, values []int32) (click bool, probability float64) {
	for f := range t.fields {
		values[f] = int32(t.value(f, rng, values))
	}
	probability = sigmoid(t.logit(values))
	return rng.Float64() < probability, probability
}

// logit returns the true logit of a sample.
func (t *truth) logit(values []int32) float64 {
	logit := t.bias
	var sum, squares [interactionFactors]float64 // (sum f)^2 - sum f^2 is twice all pairs
	for f, v := range values {
		logit += t.main[f][v]
		if t.factors[f] == nil {
			continue
		}
		for j, x := range t.factors[f][v] {
			sum[j] += x
			squares[j] += x * x
		}
	}
	for j := range sum {
		logit += (sum[j]*sum[j] - squares[j]) / 2
	}
	return logit
}

func sigmoid(logit float64) float64 { return 1 / (1 + math.Exp(-logit)) }

// value draws the value of a field.
func (t *truth) value(field int, rng *rand.Rand, values []int32) int {
	f := &t.fields[field]
	if by := t.of[field]; by != field {
		return f.valueAt(decided(values[by], field))
	}
	return f.valueAt(rng.Float64())
}

// valueAt returns the value at a place from 0, which is that of the most frequent one, to 1.
func (f *drawnField) valueAt(u float64) int { return int(float64(f.values) * math.Pow(u, f.skew)) }

// decided returns the place of a value that another field's value decides.
func decided(by int32, field int) float64 {
	return float64(hash.Mix(uint64(by)<<8|uint64(field))>>11) / (1 << 53)
}
