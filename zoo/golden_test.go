package zoo

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
)

// golden is a file that a script in testdata made with PyTorch in float64.
type golden struct {
	Model    string
	Settings Settings
	Batch    int
	Fields   []struct {
		Name, Kind, Pooling, Shares string
		Rows, Length                int
	}
	IDs           []int32
	Numbers       []float32
	Labels        []float32
	SampleWeights []float32 `json:"sample_weights"`
	Weights       map[string]struct {
		Shape            []int
		Values, Gradient []float64
	}
	Training   bool
	Statistics map[string]struct{ Before, After []float64 }
	Logits     []float64
	Loss       float64
}

func (g *golden) graphFields() []graph.Field {
	var fields []graph.Field
	for _, f := range g.Fields {
		field := graph.Field{Name: f.Name, Rows: f.Rows, Length: f.Length, Shares: f.Shares}
		field.Kind = map[string]graph.Kind{"categorical": graph.Categorical, "list": graph.List, "numeric": graph.Numeric}[f.Kind]
		field.Pooling = map[string]graph.Pooling{"mean": graph.Mean, "sum": graph.Sum}[f.Pooling]
		fields = append(fields, field)
	}
	return fields
}

// requireRelative compares within 1e-5 of the largest magnitude of the wanted values.
func requireRelative(t *testing.T, want []float64, got []float32, what string) {
	t.Helper()
	tolerance := 1e-5
	if strings.HasPrefix(t.Name(), "TestModelsAgainstPyTorch/wukong_one/") {
		// With one field the LCB's vectors are multiples of the residual, and layer norm takes all
		// multiples out: what is left of these gradients is the difference of terms a hundred times
		// as large, each rounded to float32.
		tolerance = 1e-4
	}
	require.Len(t, got, len(want), what)
	scale := 1e-6
	for _, v := range want {
		scale = max(scale, math.Abs(v))
	}
	if scale == 1e-6 { // zero but for rounding, as that of a bias below a softmax: what is left are differences of larger terms
		scale = 1e-2
	}
	for i, v := range want {
		require.InDelta(t, v, float64(got[i]), tolerance*scale, "%s, element %d", what, i)
	}
}

func TestModelsAgainstPyTorch(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	require.NoError(t, err)
	left := map[string]bool{}
	for _, e := range (*Catalog)(nil).Entries() {
		left[e.Name] = true
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		var g golden
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &g))
		delete(left, g.Model)
		t.Run(name+"/Machine", func(t *testing.T) {
			g.check(t, func(_ *gorgonia.ExprGraph, outputs gorgonia.Nodes) (gorgonia.VM, error) {
				return graph.NewMachine(outputs...)
			})
		})
		t.Run(name+"/Machine with shared buffers", func(t *testing.T) {
			g.check(t, func(_ *gorgonia.ExprGraph, outputs gorgonia.Nodes) (gorgonia.VM, error) {
				return graph.NewSharingMachine(outputs...)
			})
		})
		t.Run(name+"/TapeMachine", func(t *testing.T) {
			g.check(t, func(e *gorgonia.ExprGraph, _ gorgonia.Nodes) (gorgonia.VM, error) {
				return gorgonia.NewTapeMachine(e), nil
			})
		})
	}
	require.Empty(t, left, "models without a golden")
}

func (g *golden) check(t *testing.T, newVM func(*gorgonia.ExprGraph, gorgonia.Nodes) (gorgonia.VM, error)) {
	model, err := (*Catalog)(nil).New(g.Model, g.Settings)
	require.NoError(t, err)
	w := graph.NewWeights(rand.New(rand.NewPCG(1, 1)))
	b := graph.NewBuilder(g.Batch, g.graphFields(), w)
	b.Mode.Training = g.Training
	logits := Build(model, b)
	loss := b.LogLoss(logits)
	cost := b.Cost(loss)
	require.NoError(t, b.Err())
	count := 0
	for weight := range w.All() {
		if weight.Role == graph.RoleStatistic {
			continue
		}
		want, known := g.Weights[weight.Name]
		require.True(t, known, weight.Name)
		require.Equal(t, want.Shape, []int(weight.Shape), weight.Name)
		for i, v := range want.Values {
			weight.Values()[i] = float32(v)
		}
		count++
	}
	require.Len(t, g.Weights, count)
	for name, s := range g.Statistics {
		for i, v := range s.Before {
			w.Get(name).Values()[i] = float32(v)
		}
	}
	copy(b.IDs().Value().Data().([]int32), g.IDs)
	if b.Numbers() != nil {
		copy(backing[float32](b.Numbers()), g.Numbers)
	}
	copy(backing[float32](b.Labels()), g.Labels)
	copy(backing[float32](b.SampleWeights()), g.SampleWeights)

	var logitValue gorgonia.Value
	gorgonia.Read(logits, &logitValue)
	grads, err := gorgonia.Grad(cost, b.Learnables()...)
	require.NoError(t, err)
	vm, err := newVM(b.Graph(), append(grads, loss, logits))
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, vm.RunAll())
		for name, s := range g.Statistics {
			if !b.Mode.KeepStatistics {
				requireRelative(t, s.After, w.Get(name).Values(), name)
			}
		}
		b.Mode.KeepStatistics = true
		requireRelative(t, g.Logits, backing[float32](logits), "logits")
		require.InDelta(t, g.Loss, float64(*loss.Value().(*gorgonia.F32)), 1e-5*g.Loss)
		for _, n := range b.Learnables() {
			requireRelative(t, g.Weights[n.Name()].Gradient, denseGradient(t, n), "gradient of "+n.Name())
		}
		vm.Reset()
	}
}

// denseGradient is the gradient of a weight, spread over the whole table if it is one.
func denseGradient(t *testing.T, n *gorgonia.Node) []float32 {
	t.Helper()
	v, err := n.Grad()
	require.NoError(t, err)
	rows, isRows := v.(*graph.RowGrad)
	if !isRows {
		return v.Data().([]float32)
	}
	out := make([]float32, n.Shape().TotalSize())
	for i, row := range rows.Rows {
		copy(out[int(row)*rows.Dim:], rows.Values[i*rows.Dim:(i+1)*rows.Dim])
	}
	return out
}
