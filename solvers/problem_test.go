package solvers

import (
	"math/rand/v2"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers/internal/fake"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// problem is something to minimise. One of its weights is a matrix that is either a table or dense.
type problem struct {
	model []gorgonia.ValueGrad
	// next goes on to another batch.
	next func()
	// pass works out the gradients at the weights of the moment, and returns the loss.
	pass func() float64
	// matrix is the matrix, and its gradient if it is dense.
	matrix, gradient []float32
	dim              int
	// others are the other weights.
	others []*graph.Weight
}

// descend takes steps of a solver and returns the mean loss of the first and of the last tenth. What adjust does to
// the gradient of a dense matrix, the solver is to do to that of a table.
func (p *problem) descend(t *testing.T, s Solver, steps int, adjust func(w, g []float32)) (first, last float64) {
	t.Helper()
	sam, twoPasses := As[TwoPass](s)
	for k := range steps {
		p.next()
		loss := p.pass()
		if twoPasses {
			require.NoError(t, sam.Perturb(p.model))
			p.pass()
		}
		if adjust != nil && p.gradient != nil {
			for i := 0; i < len(p.matrix); i += p.dim {
				adjust(p.matrix[i:i+p.dim], p.gradient[i:i+p.dim])
			}
		}
		require.NoError(t, s.Step(p.model))
		if k < steps/10 {
			first += loss / float64(steps/10)
		}
		if k >= steps-steps/10 {
			last += loss / float64(steps/10)
		}
	}
	s.SettleAll()
	return first, last
}

// analytic is a function of a matrix alone: f adds its gradient at w to g, and returns its value.
func analytic(f func(w, g []float32) float64) func(t *testing.T, dense bool, dim int) *problem {
	return func(t *testing.T, dense bool, dim int) *problem {
		const rowCount = 12
		table, err := graph.NewTable("t", rowCount, dim)
		require.NoError(t, err)
		table.Initialize(graph.Normal(0.5), rand.New(rand.NewPCG(1, 2)))
		if dense {
			w := tensor.New(tensor.WithShape(rowCount, dim), tensor.WithBacking(table.Floats()))
			g := tensor.New(tensor.WithShape(rowCount, dim), tensor.Of(tensor.Float32))
			pass := func() float64 { return f(w.Float32s(), g.Float32s()) }
			return &problem{model: []gorgonia.ValueGrad{fake.Of(w, g)}, next: func() {}, pass: pass, matrix: w.Float32s(), gradient: g.Float32s(), dim: dim}
		}
		rng := rand.New(rand.NewPCG(3, 4))
		rows, values, node := make([]int32, rowCount), make([]float32, rowCount*dim), &fake.Pair{Weight: table}
		pass := func() float64 {
			for i, row := range rng.Perm(rowCount) {
				rows[i] = int32(row)
			}
			table.Settle(rows)
			g := make([]float32, rowCount*dim)
			loss := f(table.Floats(), g)
			for i, row := range rows {
				copy(values[i*dim:(i+1)*dim], g[int(row)*dim:])
			}
			node.Gradient, err = graph.NewRowGrad(rows, values, dim)
			require.NoError(t, err)
			return loss
		}
		return &problem{model: []gorgonia.ValueGrad{node}, next: func() {}, pass: pass, matrix: table.Floats(), dim: dim}
	}
}

// quadratic has a minimum at 1, with curvatures of 1 to 100.
func quadratic(w, g []float32) (loss float64) {
	for i, v := range w {
		curvature := 1 + float32(i*37%100)
		g[i] += curvature * (v - 1)
		loss += float64(curvature*(v-1)*(v-1)) / 2
	}
	return loss
}

// rosenbrock is the chain of Rosenbrock's functions of all pairs of neighbours.
func rosenbrock(w, g []float32) (loss float64) {
	for i := range len(w) - 1 {
		a, b := 1-w[i], w[i+1]-w[i]*w[i]
		g[i] += -2*a - 400*w[i]*b
		g[i+1] += 200 * b
		loss += float64(a*a + 100*b*b)
	}
	return loss
}

// clickThrough is a small network over three fields of eight values. Every batch of eight samples
// holds each value of each field once. Its matrix is that of the embeddings: a table, or a dense
// weight that is multiplied by one-hot codes of the ids.
func clickThrough(t *testing.T, dense bool, dim int) *problem {
	const size = 8
	fields := []graph.Field{{Name: "user", Rows: size}, {Name: "item", Rows: size}, {Name: "hour", Rows: size}}
	weights := graph.NewWeights(rand.New(rand.NewPCG(5, 6)))
	b := graph.NewBuilder(size, fields, weights)
	b.EmbeddingInit = graph.Normal(0.1)
	oneHot := make([][]float32, len(fields))
	var e *gorgonia.Node
	if dense {
		e = embedOneHot(t, b, oneHot, dim)
	} else {
		e = b.Embed("deep", dim)
	}
	loss := b.LogLoss(b.MLP("mlp", e, []int{6}, 0))
	require.NoError(t, b.Err())
	p := &problem{model: gorgonia.NodesToValueGrads(b.Learnables()), dim: dim}
	grads, err := gorgonia.Grad(loss, b.Learnables()...)
	require.NoError(t, err)
	machine, err := graph.NewMachine(append(gorgonia.Nodes{loss}, grads...)...)
	require.NoError(t, err)
	draw := rand.New(rand.NewPCG(7, 8))
	for w := range weights.All() {
		graph.Normal(0.3)(w.Values(), draw) // the same for both kinds of matrix
		if w.Name == "deep/table" {
			p.matrix = w.Values()
		} else {
			p.others = append(p.others, w)
		}
	}
	p.next = func() { drawBatch(b, oneHot, draw) }
	p.pass = func() float64 {
		require.NoError(t, machine.RunAll())
		if dense {
			grad, err := b.Learnables()[0].Grad()
			require.NoError(t, err)
			p.gradient = grad.(*tensor.Dense).Float32s()
		}
		return float64(*loss.Value().(*gorgonia.F32))
	}
	return p
}

// embedOneHot is what Builder.Embed gives, by products with dense matrices.
func embedOneHot(t *testing.T, b *graph.Builder, oneHot [][]float32, dim int) *gorgonia.Node {
	rows := len(oneHot) * b.Batch()
	matrix := b.Weight("deep/table", rows, dim, graph.Zeros())
	var parts []*gorgonia.Node
	for f := range oneHot {
		oneHot[f] = make([]float32, b.Batch()*rows)
		value := tensor.New(tensor.WithShape(b.Batch(), rows), tensor.WithBacking(oneHot[f]))
		code := gorgonia.NewMatrix(b.Graph(), tensor.Float32, gorgonia.WithName("one-hot "+format(float64(f))),
			gorgonia.WithShape(b.Batch(), rows), gorgonia.WithValue(value))
		part, err := graph.MatMul(code, matrix)
		require.NoError(t, err)
		parts = append(parts, part)
	}
	return b.Concat(parts...)
}

// drawBatch fills the inputs. Samples of large ids are clicks.
func drawBatch(b *graph.Builder, oneHot [][]float32, rng *rand.Rand) {
	size, fields := b.Batch(), len(oneHot)
	ids := b.IDs().Value().Data().([]int32)
	sums := make([]int, size)
	for f := range fields {
		clear(oneHot[f])
		for sample, id := range rng.Perm(size) {
			ids[sample*fields+f] = int32(id)
			sums[sample] += id
			if oneHot[f] != nil {
				oneHot[f][sample*fields*size+f*size+id] = 1
			}
		}
	}
	for sample, sum := range sums {
		b.Labels().Value().Data().([]float32)[sample] = 0
		if 2*sum > fields*(size-1) {
			b.Labels().Value().Data().([]float32)[sample] = 1
		}
		b.SampleWeights().Value().Data().([]float32)[sample] = 1
	}
}

// If every row is touched at every step, rows take the steps of a dense weight: their decay by AR
// is zero, and their constant decay, L2 and clipping can be done to a dense weight as well.
func TestRowsThatAreAllTouchedEqualDenseWeights(t *testing.T) {
	problems := map[string]func(t *testing.T, dense bool, dim int) *problem{
		"quadratic": analytic(quadratic), "Rosenbrock": analytic(rosenbrock), "network": clickThrough,
	}
	for _, c := range []struct {
		solver  string
		options []Option
		oneWide bool // rows of one value, of which v is the value's own
		adjust  func(w, g []float32)
	}{
		{solver: "adam"},
		{solver: "adam", options: []Option{WithOnTouch(), WithEpsOutside()}},
		{solver: "adamw", options: []Option{WithWeightDecay(1e-3), WithDenseDecay()}},
		{solver: "adamw", options: []Option{WithWeightDecay(0.5), WithScaledDecay(), WithDenseDecay()}},
		{solver: "adamar", options: []Option{WithAlpha(0.1)}},
		{solver: "adagrad"},
		{solver: "adagradw", options: []Option{WithWeightDecay(1e-3), WithDenseDecay()}},
		{solver: "adagradar", options: []Option{WithAlpha(0.1), WithEps(1e-6), WithEpsInside()}},
		{solver: "sam"},
		{solver: "sam-adagrad", options: []Option{WithRho(0.2)}},
		{solver: "meda"},
		{solver: "meda-adagrad"},
		{solver: "rmsprop-ar", options: []Option{WithAlpha(0)}, oneWide: true},
		{solver: "l2", options: []Option{WithL2Reg(0.1)}, adjust: func(w, g []float32) {
			for i, v := range w {
				g[i] += 0.1 * v
			}
		}},
		{solver: "fal"},
		{solver: "cowclip", options: []Option{WithClipRatio(0.01)}, adjust: func(w, g []float32) {
			limit := 0.01 * norm(widen(w))
			if size := norm(widen(g)); size > limit {
				for i := range g {
					g[i] *= float32(limit / size)
				}
			}
		}},
	} {
		for name, newProblem := range problems {
			t.Run(c.solver+" "+name, func(t *testing.T) {
				dim := 5
				if c.oneWide {
					dim = 1
				}
				options := append([]Option{WithLearnRate(0.01)}, c.options...)
				dense, rows := newProblem(t, true, dim), newProblem(t, false, dim)
				const steps = 100
				first, last := dense.descend(t, made(t, c.solver, options...), steps, c.adjust)
				rows.descend(t, made(t, c.solver, options...), steps, c.adjust)
				require.Less(t, last, first, "it goes down")
				require.InDeltaSlice(t, widen(dense.matrix), widen(rows.matrix), 1e-6)
				for i, w := range dense.others {
					require.InDeltaSlice(t, widen(w.Values()), widen(rows.others[i].Values()), 1e-6, w.Name)
				}
			})
		}
	}
}
