package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// momentsOf are mean and variance of the columns of x over the rows with a weight.
func momentsOf(x, weights []float64, n int) (mean, variance []float64) {
	mean, variance = make([]float64, n), make([]float64, n)
	count := 0.0
	for r, w := range weights {
		for j := 0; w != 0 && j < n; j++ {
			mean[j] += x[r*n+j]
		}
		if w != 0 {
			count++
		}
	}
	for j := range mean {
		mean[j] /= count
	}
	for r, w := range weights {
		for j := 0; w != 0 && j < n; j++ {
			d := x[r*n+j] - mean[j]
			variance[j] += d * d / count
		}
	}
	return mean, variance
}

// batchNormCase has inputs x, gain, bias, mean, variance, weights; every third row has no weight.
func batchNormCase(rows, n int, mode *Mode) opCase {
	rng := rand.New(rand.NewPCG(7, 7))
	c := opCase{
		name:   fmt.Sprint(rows, "x", n, " ", mode.Training),
		shapes: []tensor.Shape{{rows, n}, {1, n}, {1, n}, {1, n}, {1, n}, {rows, 1}},
		fixed:  map[int]bool{3: true, 4: true, 5: true},
		build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return BatchNorm(in[0], in[1], in[2], in[5], Statistics{in[3], in[4]}, mode)
		},
	}
	for _, shape := range c.shapes {
		c.inputs = append(c.inputs, draw(rng, shape.TotalSize()))
	}
	for i := range c.inputs[0] {
		c.inputs[0][i] = 3*c.inputs[0][i] + 5
	}
	for i, v := range c.inputs[4] {
		c.inputs[4][i] = 0.1 + v*v
	}
	real := 0
	for i := range c.inputs[5] {
		c.inputs[5][i] = 1
		if i%3 == 2 {
			c.inputs[5][i] = 0
		} else {
			real++
		}
	}
	c.formula = func(in [][]float64) []float64 {
		mean, variance := in[3], in[4]
		if mode.Training && real >= 2 {
			mean, variance = momentsOf(in[0], in[5], n)
		}
		out := make([]float64, rows*n)
		for i, v := range in[0] {
			j := i % n
			out[i] = (v-mean[j])/math.Sqrt(variance[j]+1e-5)*in[1][j] + in[2][j]
		}
		return out
	}
	return c
}

func TestBatchNorm(t *testing.T) {
	for _, s := range [][2]int{{1, 3}, {3, 17}, {7, 16}, {rowsPerTile + 5, 1}} {
		for _, training := range []bool{true, false} {
			c := batchNormCase(s[0], s[1], &Mode{Training: training, KeepStatistics: true})
			c.loose = s[0] == 3 || s[0] > rowsPerTile // two values have a deviation that may be tiny; many are summed
			c.run(t)
		}
	}
}

// normed is a graph of one BatchNorm and its gradients.
type normed struct {
	x, gain, bias, mean, variance, weights []float32
	out                                    *gorgonia.Node
	grads                                  gorgonia.Nodes
	m                                      *Machine
}

// newNormed has the cost sum(out * k) * scale.
func newNormed(t *testing.T, x, weights, k []float32, n int, scale float32, mode *Mode) *normed {
	t.Helper()
	g, rows := gorgonia.NewGraph(), len(weights)
	matrix := func(name string, rows, columns int, data []float32) *gorgonia.Node {
		shape := tensor.Shape{rows, columns}
		return gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(rows, columns), gorgonia.WithName(name),
			gorgonia.WithValue(tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))))
	}
	c := &normed{x: x, weights: weights, mean: make([]float32, n), variance: make([]float32, n), gain: make([]float32, n), bias: make([]float32, n)}
	fill(c.variance, 1)
	for i := range c.gain {
		c.gain[i] = 1 + float32(i)/10
	}
	in := gorgonia.Nodes{matrix("x", rows, n, x), matrix("gain", 1, n, c.gain), matrix("bias", 1, n, c.bias)}
	var err error
	c.out, err = BatchNorm(in[0], in[1], in[2], matrix("weights", rows, 1, weights), Statistics{matrix("mean", 1, n, c.mean), matrix("variance", 1, n, c.variance)}, mode)
	require.NoError(t, err)
	scaled := make([]float32, len(k))
	for i, v := range k {
		scaled[i] = v * scale
	}
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(c.out, matrix("k", rows, n, scaled)))))
	c.grads, err = gorgonia.Grad(cost, in...)
	require.NoError(t, err)
	c.m, err = NewMachine(append(gorgonia.Nodes{c.out}, c.grads...)...)
	require.NoError(t, err)
	return c
}

func TestRunningStatistics(t *testing.T) {
	const n = 3
	x, weights := []float32{1, 2, 3, 5, 4, 6, 9, 9, 9}, []float32{1, 1, 0}
	mode := &Mode{Training: true}
	c := newNormed(t, x, weights, x, n, 1, mode)
	require.NoError(t, c.m.RunAll())
	require.InDeltaSlice(t, []float32{.3, .3, .45}, c.mean, 1e-6, "a tenth of the batch's mean")
	require.InDeltaSlice(t, []float32{.9 + .8, .9 + .2, .9 + .45}, c.variance, 1e-6, "with n-1 in the denominator")
	mode.KeepStatistics = true
	require.NoError(t, c.m.RunAll())
	require.InDeltaSlice(t, []float32{.3, .3, .45}, c.mean, 1e-6)
	mode.KeepStatistics = false
	c.weights[1] = 0 // one sample has no variance
	require.NoError(t, c.m.RunAll())
	require.InDeltaSlice(t, []float32{.3, .3, .45}, c.mean, 1e-6)
	require.InDelta(t, (1-.3)/math.Sqrt(1.7+1e-5), float64(valuesOf(t, c.out.Value())[0]), 1e-6, "it has the running statistics")
	mode.Training = false
	require.NoError(t, c.m.RunAll())
	require.InDeltaSlice(t, []float32{.3, .3, .45}, c.mean, 1e-6)
}

// meeting lets ranks exchange numbers.
type meeting struct {
	sync.Mutex
	size, arrived int
	numbers       []float64
	done          chan struct{}
}

func (m *meeting) gatherer(rank int) func([]float64) ([]float64, error) {
	return func(own []float64) ([]float64, error) {
		m.Lock()
		if m.arrived == 0 {
			m.numbers, m.done = make([]float64, m.size*len(own)), make(chan struct{})
		}
		numbers, done := m.numbers, m.done
		copy(numbers[rank*len(own):], own)
		if m.arrived++; m.arrived == m.size {
			m.arrived = 0
			close(done)
		}
		m.Unlock()
		<-done
		return numbers, nil
	}
}

// Ranks of different numbers of samples, of which one has none, compute what one process computes of the whole batch.
func TestBatchNormOfRanksIsThatOfTheWholeBatch(t *testing.T) {
	const n, part = 5, 4
	samples := []int{4, 3, 0}
	rng := rand.New(rand.NewPCG(9, 9))
	size := part * len(samples)
	x, k, weights := draw(rng, size*n), draw(rng, size*n), make([]float32, size)
	for rank, s := range samples {
		for i := range part {
			if i < s {
				weights[rank*part+i] = 1
				continue
			}
			clear(k[(rank*part+i)*n : (rank*part+i+1)*n])
		}
	}
	whole := newNormed(t, x, weights, k, n, 1./7, &Mode{Training: true})
	require.NoError(t, whole.m.RunAll())
	m := &meeting{size: len(samples)}
	ranks := make([]*normed, len(samples))
	var wait sync.WaitGroup
	for rank, s := range samples {
		own := func(v []float32, n int) []float32 { return v[rank*part*n : (rank+1)*part*n] }
		mode := &Mode{Training: true, Weight: float64(s), Gather: m.gatherer(rank)}
		ranks[rank] = newNormed(t, own(x, n), own(weights, 1), own(k, n), n, 1/float32(max(1, s)), mode)
		wait.Go(func() { require.NoError(t, ranks[rank].m.RunAll()) })
	}
	wait.Wait()
	sums := [2][]float32{make([]float32, n), make([]float32, n)}
	for rank, c := range ranks {
		share := float32(samples[rank]) / 7
		for i, v := range valuesOf(t, c.out.Value()) {
			require.InDelta(t, valuesOf(t, whole.out.Value())[rank*part*n+i], v, 1e-5)
		}
		for i, v := range valuesOf(t, c.grads[0].Value()) {
			require.InDelta(t, valuesOf(t, whole.grads[0].Value())[rank*part*n+i], share*v, 1e-6)
		}
		for which := range sums {
			for i, v := range valuesOf(t, c.grads[1+which].Value()) {
				sums[which][i] += share * v
			}
		}
		require.Equal(t, ranks[0].mean, c.mean, "to the bit")
		require.Equal(t, ranks[0].variance, c.variance, "to the bit")
		require.InDeltaSlice(t, whole.variance, c.variance, 1e-6)
	}
	for which := range sums {
		require.InDeltaSlice(t, valuesOf(t, whole.grads[1+which].Value()), sums[which], 1e-6)
	}
}

func TestAFailedExchangeIsAnError(t *testing.T) {
	failure := fmt.Errorf("the other rank is gone")
	mode := &Mode{Training: true, Weight: 2, Gather: func([]float64) ([]float64, error) { return nil, failure }}
	c := newNormed(t, make([]float32, 4), []float32{1, 1}, make([]float32, 4), 2, 1, mode)
	require.ErrorIs(t, c.m.RunAll(), failure)
}

func TestBatchNormOfOneSampleCannotBeTrained(t *testing.T) {
	build := func(ranks int, training bool) error {
		b := NewBuilder(1, []Field{{Name: "f", Rows: 3}}, NewWeights(rand.New(rand.NewPCG(1, 1))))
		*b.Mode = Mode{Training: training, Ranks: ranks}
		b.BatchNorm("norm", b.Embed("deep", 2))
		return b.Err()
	}
	require.ErrorContains(t, build(1, true), "norm: batch_size: batch norm needs at least 2 samples to train, got 1")
	require.NoError(t, build(2, true), "two ranks have two samples")
	require.NoError(t, build(1, false))
}

// Statistics are weights that no solver gets.
func TestStatisticsAreNotLearned(t *testing.T) {
	w := NewWeights(rand.New(rand.NewPCG(1, 1)))
	b := NewBuilder(4, []Field{{Name: "f", Rows: 3}}, w)
	b.BatchNorm("norm", b.Embed("deep", 2))
	require.NoError(t, b.Err())
	var learned, all []string
	for _, n := range b.Learnables() {
		learned = append(learned, n.Name())
	}
	for weight := range w.All() {
		all = append(all, weight.Name)
	}
	require.Equal(t, []string{"deep/table", "norm/gain", "norm/bias"}, learned)
	require.Equal(t, append(learned, "norm/mean", "norm/variance"), all)
	require.Equal(t, RoleStatistic, w.Get("norm/mean").Role)
}
