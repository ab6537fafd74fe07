package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// multiply is the naive product of row-major matrices.
func multiply(a, b []float64, m, k, n int) []float64 {
	out := make([]float64, m*n)
	for i := range m {
		for j := range n {
			for p := range k {
				out[i*n+j] += a[i*k+p] * b[p*n+j]
			}
		}
	}
	return out
}

func TestLinear(t *testing.T) {
	for _, s := range [][3]int{{1, 1, 1}, {3, 5, 7}, {17, 33, 16}, {9, 256, 1}} {
		for _, relu := range []bool{false, true} {
			opCase{
				name:   fmt.Sprint(s, relu),
				shapes: []tensor.Shape{{s[0], s[1]}, {s[1], s[2]}, {1, s[2]}},
				build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return Linear(in[0], in[1], in[2], relu) },
				formula: func(in [][]float64) []float64 {
					out := multiply(in[0], in[1], s[0], s[1], s[2])
					for i := range out {
						if out[i] += in[2][i%s[2]]; relu {
							out[i] = max(out[i], 0)
						}
					}
					return out
				},
			}.run(t)
		}
	}
}

// A layer puts the zeros of the ReLU below it into its own gradient; others that read that ReLU do not.
func TestLinearAboveAReLU(t *testing.T) {
	for _, alone := range []bool{true, false} {
		opCase{
			name:   fmt.Sprint("alone ", alone),
			shapes: []tensor.Shape{{5, 6}, {6, 7}, {1, 7}, {7, 3}, {1, 3}},
			build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
				hidden, err := Linear(in[0], in[1], in[2], true)
				if err != nil {
					return nil, err
				}
				out, err := Linear(hidden, in[3], in[4], false)
				if err != nil || alone {
					return out, err
				}
				return Concat(out, hidden)
			},
			formula: func(in [][]float64) (all []float64) {
				hidden := multiply(in[0], in[1], 5, 6, 7)
				for i := range hidden {
					hidden[i] = max(hidden[i]+in[2][i%7], 0)
				}
				out := multiply(hidden, in[3], 5, 7, 3)
				for i := range out {
					out[i] += in[4][i%3]
				}
				if alone {
					return out
				}
				for row := range 5 {
					all = append(append(all, out[row*3:row*3+3]...), hidden[row*7:row*7+7]...)
				}
				return all
			},
		}.run(t)
	}
}

func TestMatMul(t *testing.T) {
	opCase{
		name:    "4x5x6",
		shapes:  []tensor.Shape{{4, 5}, {5, 6}},
		build:   func(in gorgonia.Nodes) (*gorgonia.Node, error) { return MatMul(in[0], in[1]) },
		formula: func(in [][]float64) []float64 { return multiply(in[0], in[1], 4, 5, 6) },
	}.run(t)
}

func TestAdd(t *testing.T) {
	opCase{
		name:   "three, one twice",
		shapes: []tensor.Shape{{3, 4}, {3, 4}},
		build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return Add(in[0], in[1], in[0]) },
		formula: func(in [][]float64) []float64 {
			out := make([]float64, 12)
			for i := range out {
				out[i] = 2*in[0][i] + in[1][i]
			}
			return out
		},
	}.run(t)
}

func TestRowSums(t *testing.T) {
	opCase{
		name:    "5x3",
		shapes:  []tensor.Shape{{5, 3}},
		build:   func(in gorgonia.Nodes) (*gorgonia.Node, error) { return RowSums(in[0]) },
		formula: func(in [][]float64) []float64 { return multiply(in[0], []float64{1, 1, 1}, 5, 3, 1) },
	}.run(t)
}

// Blocks of 256 columns: Gorgonia's own Concat gives the second block the first one's gradient.
func TestConcat(t *testing.T) {
	for _, widths := range [][2]int{{256, 256}, {1, 3}, {512, 256}} {
		opCase{
			name:   fmt.Sprint(widths),
			shapes: []tensor.Shape{{2, widths[0]}, {2, widths[1]}},
			build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return Concat(in[0], in[1]) },
			formula: func(in [][]float64) (out []float64) {
				for b := range 2 {
					out = append(out, in[0][b*widths[0]:(b+1)*widths[0]]...)
					out = append(out, in[1][b*widths[1]:(b+1)*widths[1]]...)
				}
				return out
			},
		}.run(t)
	}
}

func TestScaleRows(t *testing.T) {
	opCase{
		name:   "4 samples, 3 numbers, 2 values",
		shapes: []tensor.Shape{{4, 3}, {3, 2}},
		fixed:  map[int]bool{0: true},
		build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return ScaleRows(in[0], in[1]) },
		formula: func(in [][]float64) (out []float64) {
			for i, x := range in[0] {
				out = append(out, x*in[1][i%3*2], x*in[1][i%3*2+1])
			}
			return out
		},
	}.run(t)
}

func TestInterleave(t *testing.T) {
	opCase{
		name:   "number first and last",
		shapes: []tensor.Shape{{2, 2}, {2, 4}},
		build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return interleave(in[0], in[1], []bool{true, false, true}, 2)
		},
		formula: func(in [][]float64) (out []float64) {
			for b := range 2 {
				out = append(out, in[1][b*4:b*4+2]...)
				out = append(out, in[0][b*2:b*2+2]...)
				out = append(out, in[1][b*4+2:b*4+4]...)
			}
			return out
		},
	}.run(t)
}

func TestLogLoss(t *testing.T) {
	opCase{
		name:   "weights, extreme logits",
		shapes: []tensor.Shape{{6, 1}, {6, 1}, {6, 1}},
		inputs: [][]float32{{0, 3, -80, 80, 1.5, -2}, {1, 0, 0, 1, 1, 0}, {1, 1, 1, 1, 1, 0}},
		fixed:  map[int]bool{1: true, 2: true},
		build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return LogLoss(in[0], in[1], in[2]) },
		formula: func(in [][]float64) []float64 {
			var sum, weights float64
			for i, x := range in[0] {
				p := 1 / (1 + math.Exp(-x))
				loss := -math.Log(p)
				if in[1][i] == 0 {
					loss = -math.Log1p(-p)
				}
				sum += in[2][i] * loss
				weights += in[2][i]
			}
			return []float64{sum / weights}
		},
	}.run(t)
}

func TestLogLossOfNothingIsZero(t *testing.T) {
	in := [][]float32{{1}, {1}, {0}, {1}}
	require.Zero(t, logLoss(in[:3]))
	out := []float32{5}
	logLossGrad(out, in)
	require.Zero(t, out[0])
}

// The mask is random, so the formula is checked with the mask that the operation shows by its
// value on an input of ones.
func TestDropout(t *testing.T) {
	mode := &Mode{Training: true}
	g := gorgonia.NewGraph()
	x := gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(100, 101), gorgonia.WithName("x"), gorgonia.WithInit(gorgonia.Ones()))
	out, err := Dropout(x, 0.3, mode, rand.New(rand.NewPCG(1, 1)))
	require.NoError(t, err)
	grads, err := gorgonia.Grad(gorgonia.Must(gorgonia.Sum(out)), x)
	require.NoError(t, err)
	m, err := NewMachine(append(grads, out)...)
	require.NoError(t, err)
	require.NoError(t, m.RunAll())
	first := append([]float32(nil), valuesOf(t, out.Value())...)
	var mean float64
	for _, v := range first {
		require.Contains(t, []float32{0, float32(1 / 0.7)}, v)
		mean += float64(v) / float64(len(first))
	}
	require.InDelta(t, 1, mean, 0.03)
	require.Equal(t, first, valuesOf(t, grads[0].Value()))

	require.NoError(t, m.RunAll())
	require.NotEqual(t, first, valuesOf(t, out.Value()), "each run draws its own mask")
	mode.Training = false
	require.NoError(t, m.RunAll())
	for _, v := range append(valuesOf(t, out.Value()), valuesOf(t, grads[0].Value())...) {
		require.Equal(t, float32(1), v)
	}
	for _, rate := range []float64{-0.1, 1, math.NaN()} {
		_, err := Dropout(x, rate, mode, nil)
		require.ErrorContains(t, err, "rate must be in [0, 1)")
	}
}

// The ranks of a job drop together what one process drops, also where a rank's part begins in the middle of
// a random number.
func TestDropoutOfRanksIsThatOfTheWholeBatch(t *testing.T) {
	const width = 3
	for _, ranks := range []int{1, 2, 4} {
		const batch = 12
		whole := drawnMasks(t, batch, width, Mode{Training: true})
		var joined []float32
		for rank := range ranks {
			joined = append(joined, drawnMasks(t, batch/ranks, width, Mode{Training: true, Rank: rank, Ranks: ranks})...)
		}
		require.Equal(t, whole, joined)
	}
}

// drawnMasks are the masks of a second run: the first has moved the generator on.
func drawnMasks(t *testing.T, batch, width int, mode Mode) []float32 {
	t.Helper()
	x := gorgonia.NewMatrix(gorgonia.NewGraph(), tensor.Float32, gorgonia.WithShape(batch, width), gorgonia.WithName("x"), gorgonia.WithInit(gorgonia.Ones()))
	out, err := Dropout(x, 0.5, &mode, rand.New(rand.NewPCG(1, 1)))
	require.NoError(t, err)
	m, err := NewMachine(out)
	require.NoError(t, err)
	require.NoError(t, m.RunAll())
	require.NoError(t, m.RunAll())
	return valuesOf(t, out.Value())
}
