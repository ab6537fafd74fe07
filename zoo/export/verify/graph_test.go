package verify

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/export/onnx"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// plain is a model of a part that a test gives, between an embedding and a linear layer.
type plain struct {
	part func(b *graph.Builder, e *gorgonia.Node) *gorgonia.Node
}

func (m plain) Logit(b *graph.Builder) *gorgonia.Node {
	e := b.Embed("deep", 4)
	if b.Err() != nil {
		return nil
	}
	return b.Linear("out", m.part(b, e), 1, false)
}

// untrained makes a model over two fields, without a log.
func untrained(t *testing.T, m zoo.Model, rows int) *predict.Trained {
	t.Helper()
	fields := []datasets.Field{{Name: "a", Rows: rows}, {Name: "b", Rows: 5}}
	w := graph.NewWeights(rand.New(rand.NewPCG(1, 2)))
	b := graph.NewBuilder(2, zoo.GraphFields(fields), w)
	b.EmbeddingInit = graph.Uniform(0.5)
	_, err := zoo.NewInferenceNetwork(m, b)
	require.NoError(t, err)
	t.Cleanup(w.Free)
	return &predict.Trained{Model: m, Fields: fields, Weights: w}
}

// batches draws samples of the fields of untrained, of which some are absent.
func batches(rows, n int) func(func(*datasets.Batch, error) bool) {
	rng := rand.New(rand.NewPCG(5, 6))
	return func(yield func(*datasets.Batch, error) bool) {
		b := &datasets.Batch{Rows: n}
		for range n {
			b.IDs = append(b.IDs, int32(rng.IntN(rows+1)-1), int32(rng.IntN(6)-1))
		}
		yield(b, nil)
	}
}

// gorgoniaParts are what plain Gorgonia nodes can be: all operations that have a form.
func gorgoniaParts() map[string]func(b *graph.Builder, e *gorgonia.Node) *gorgonia.Node {
	unary := func(of ...func(*gorgonia.Node) (*gorgonia.Node, error)) func(*graph.Builder, *gorgonia.Node) *gorgonia.Node {
		return func(_ *graph.Builder, e *gorgonia.Node) *gorgonia.Node {
			for _, f := range of {
				e = gorgonia.Must(f(e))
			}
			return e
		}
	}
	one := gorgonia.NewConstant(float32(1.5))
	return map[string]func(b *graph.Builder, e *gorgonia.Node) *gorgonia.Node{
		"unary":   unary(gorgonia.Tanh, gorgonia.Neg, gorgonia.Cube, gorgonia.Sin, gorgonia.Cos),
		"roots":   unary(gorgonia.Square, gorgonia.Sqrt, gorgonia.Abs, gorgonia.Exp, gorgonia.Log, gorgonia.Sign),
		"logs":    unary(gorgonia.Softplus, gorgonia.Log1p, gorgonia.Expm1, gorgonia.Sqrt, gorgonia.Inverse, gorgonia.Log2),
		"round":   unary(gorgonia.Sigmoid, gorgonia.InverseSqrt, gorgonia.Ceil, gorgonia.Floor),
		"relu":    unary(gorgonia.Rectify),
		"softmax": unary(func(e *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.SoftMax(e, 1) }),
		"binary": func(_ *graph.Builder, e *gorgonia.Node) *gorgonia.Node {
			e = gorgonia.Must(gorgonia.Add(e, one))
			return gorgonia.Must(gorgonia.Pow(gorgonia.Must(gorgonia.Sub(e, gorgonia.Must(gorgonia.HadamardDiv(e, one)))), one))
		},
		"product": func(b *graph.Builder, e *gorgonia.Node) *gorgonia.Node {
			w := b.Weight("w", 6, 8, graph.Uniform(1))
			return gorgonia.Must(gorgonia.Mul(e, gorgonia.Must(gorgonia.Transpose(w, 1, 0))))
		},
		"shapes": func(b *graph.Builder, e *gorgonia.Node) *gorgonia.Node {
			e = gorgonia.Must(gorgonia.Reshape(e, tensor.Shape{b.Batch(), 2, 4}))
			sum := gorgonia.Must(gorgonia.Sum(e, 1))
			return gorgonia.Must(gorgonia.Concat(1, sum, sum))
		},
	}
}

func TestPlainGorgoniaNodesPredictTheSame(t *testing.T) {
	needsRuntime(t)
	for name, part := range gorgoniaParts() {
		t.Run(name, func(t *testing.T) {
			saved := untrained(t, plain{part}, 9)
			path := save(t, saved, onnx.IDs)
			agree(t, 0, 500, func(o Options) (*Report, error) { return Batches(t.Context(), path, saved, batches(9, 500), o) })
		})
	}
}

func TestAnOperationWithoutAFormIsNamed(t *testing.T) {
	own := func(b *graph.Builder, e *gorgonia.Node) *gorgonia.Node {
		n, err := graph.Apply("halving", e.Shape().Clone(), func(out []float32, in [][]float32) {
			for i, x := range in[0] {
				out[i] = x / 2
			}
		}, nil, e)
		b.Fail("halving", err)
		return n
	}
	for want, part := range map[string]func(b *graph.Builder, e *gorgonia.Node) *gorgonia.Node{
		"halving": own,
		"T[:, 1:3": func(_ *graph.Builder, e *gorgonia.Node) *gorgonia.Node {
			return gorgonia.Must(gorgonia.Slice(e, nil, gorgonia.S(1, 3)))
		},
		`"labels"`: func(b *graph.Builder, _ *gorgonia.Node) *gorgonia.Node { return b.Labels() },
		"Σ[0]":     func(_ *graph.Builder, e *gorgonia.Node) *gorgonia.Node { return sumOverSamples(e) },
	} {
		path := filepath.Join(t.TempDir(), "model.onnx")
		_, err := onnx.Save(path, untrained(t, plain{part}, 9), onnx.IDs)
		require.ErrorIs(t, err, onnx.ErrNoForm)
		require.ErrorContains(t, err, want)
		require.NoFileExists(t, path)
	}
}

// sumOverSamples mixes the samples of a batch.
func sumOverSamples(e *gorgonia.Node) *gorgonia.Node {
	sum := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Sum(e, 0))))
	return gorgonia.Must(gorgonia.HadamardProd(e, sum))
}

func TestAnOperationOfOnesOwnCanBeGivenAForm(t *testing.T) {
	needsRuntime(t)
	saved := untrained(t, plain{func(b *graph.Builder, e *gorgonia.Node) *gorgonia.Node {
		n, err := graph.Apply("halving", e.Shape().Clone(), func(out []float32, in [][]float32) {
			for i, x := range in[0] {
				out[i] = x / 2
			}
		}, nil, e)
		b.Fail("halving", err)
		b.Fail("halving", graph.SetForm(n, func(f graph.Form, in []string) string {
			return f.Node("Div", []string{in[0], f.Floats(2)})
		}))
		return n
	}}, 9)
	path := save(t, saved, onnx.IDs)
	agree(t, 0, 500, func(o Options) (*Report, error) { return Batches(t.Context(), path, saved, batches(9, 500), o) })
}

// A table of more than 64 MB is beside the model, and the model itself is small.
func TestALargeTableIsBesideTheModel(t *testing.T) {
	if testing.Short() {
		t.Skip("70 MB")
	}
	const rows = 1_100_000
	saved := untrained(t, zoo.DNN{HiddenUnits: []int{8}}, rows)
	path := save(t, saved, onnx.IDs)
	model, err := os.Stat(path)
	require.NoError(t, err)
	require.Less(t, model.Size(), int64(10_000))
	data, err := os.Stat(path + ".data")
	require.NoError(t, err)
	require.Equal(t, int64(16*4*(rows+5)), data.Size())
	needsRuntime(t)
	agree(t, 0, 500, func(o Options) (*Report, error) { return Batches(t.Context(), path, saved, batches(rows, 500), o) })
}
