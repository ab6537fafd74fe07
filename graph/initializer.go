package graph

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
)

// Initializer draws initial weights.
type Initializer func(dst []float32, rng *rand.Rand)

// Zeros leaves weights at zero, which is the paper's choice for embeddings.
func Zeros() Initializer { return func(dst []float32, _ *rand.Rand) { clear(dst) } }

// Normal draws from a normal distribution with mean 0 and the given standard deviation.
func Normal(std float64) Initializer {
	return func(dst []float32, rng *rand.Rand) {
		for i := range dst {
			dst[i] = float32(rng.NormFloat64() * std)
		}
	}
}

// Uniform draws from [-limit, limit).
func Uniform(limit float64) Initializer {
	return func(dst []float32, rng *rand.Rand) {
		for i := range dst {
			dst[i] = float32((2*rng.Float64() - 1) * limit)
		}
	}
}

// Constant sets every weight to one value.
func Constant(v float32) Initializer {
	return func(dst []float32, _ *rand.Rand) { fill(dst, v) }
}

// ErrInitializer is wrapped by the error of an initializer that cannot be read.
var ErrInitializer = errors.New("want normal:STD, uniform:LIMIT or zeros")

// ParseInitializer reads an initializer: "normal:STD", "uniform:LIMIT" or "zeros". STD and LIMIT must be above 0 and below a million.
func ParseInitializer(text string) (Initializer, error) {
	kind, number, _ := strings.Cut(text, ":")
	if kind == "zeros" && number == "" {
		return Zeros(), nil
	}
	size, err := strconv.ParseFloat(number, 64)
	if err == nil && size > 0 && size < 1e6 {
		switch kind {
		case "normal":
			return Normal(size), nil
		case "uniform":
			return Uniform(size), nil
		}
	}
	return nil, fmt.Errorf("%w, got %q", ErrInitializer, text)
}

// valuesPerStream is how many values of a table come from one random stream. Streams are seeded in order, so
// that all cores can fill a large table, which still depends on the seed only.
const valuesPerStream = 1 << 20

// streamSeeds returns two seeds for each stream of a table of count values.
func streamSeeds(values int, rng *rand.Rand) []uint64 {
	seeds := make([]uint64, 2*((values+valuesPerStream-1)/valuesPerStream))
	for i := range seeds {
		seeds[i] = rng.Uint64()
	}
	return seeds
}

// put writes values from place from of the storage on.
func (t *Table) put(from int, values []float32) {
	if t.halves == nil {
		copy(t.Floats()[from:], values)
		return
	}
	kernel.RoundToNearest(t.Halves()[from:from+len(values)], values)
}

// Initialize draws all values of the table. It drops what a solver had left to do.
func (t *Table) Initialize(init Initializer, rng *rand.Rand) {
	if !t.shard.IsWhole() {
		t.initializeShard(init, rng)
		return
	}
	values, count := t.Floats(), t.Rows()*t.Dim()
	seeds := streamSeeds(count, rng)
	kernel.Parallel(count, valuesPerStream, func(from, to int) {
		i := 2 * (from / valuesPerStream)
		rng := rand.New(rand.NewPCG(seeds[i], seeds[i+1]))
		if t.halves == nil {
			init(values[from:to], rng)
			return
		}
		drawn := make([]float32, to-from)
		init(drawn, rng)
		t.put(from, drawn)
	})
}
