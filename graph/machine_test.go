package graph

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func matrix(g *gorgonia.ExprGraph, name string, rows, columns int, values ...float32) *gorgonia.Node {
	return gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithName(name), gorgonia.WithShape(rows, columns),
		gorgonia.WithValue(newValue(tensor.Shape{rows, columns}, values)))
}

// Gorgonia's Reshape shares memory with its source, and its machine then works in place.
func TestMachineNeverOverwritesAnInput(t *testing.T) {
	g := gorgonia.NewGraph()
	x := matrix(g, "x", 2, 3, 1, 2, 3, 4, 5, 6)
	y := gorgonia.Must(gorgonia.Reshape(x, tensor.Shape{3, 2}))
	z := gorgonia.Must(gorgonia.Add(y, matrix(g, "w", 3, 2, 1, 1, 1, 1, 1, 1)))
	m, err := NewMachine(gorgonia.Must(gorgonia.Mul(x, z)))
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, m.RunAll())
		require.Equal(t, []float32{1, 2, 3, 4, 5, 6}, x.Value().Data())
		require.Equal(t, []float32{2, 3, 4, 5, 6, 7}, z.Value().Data())
	}
}

func TestMachineSkipsWhatOutputsDoNotNeed(t *testing.T) {
	g := gorgonia.NewGraph()
	x := matrix(g, "x", 1, 2, 1, 2)
	var ran []string
	spy := func(name string) *gorgonia.Node {
		forward := func(out []float32, in [][]float32) {
			ran = append(ran, name)
			copy(out, in[0])
		}
		return gorgonia.Must(newDenseOp(name, tensor.Shape{1, 2}, 1, forward, nil).apply(x))
	}
	wanted := spy("wanted")
	spy("unwanted")
	m, err := NewMachine(wanted)
	require.NoError(t, err)
	require.NoError(t, m.RunAll())
	require.Equal(t, []string{"wanted"}, ran)
}

func TestMachineTurnsAPanicIntoAnError(t *testing.T) {
	for name, newVM := range machines {
		t.Run(name, func(t *testing.T) {
			g := gorgonia.NewGraph()
			x := matrix(g, "x", 1, 1, 1)
			bad := gorgonia.Must(newDenseOp("bad", tensor.Shape{1, 1}, 1, func([]float32, [][]float32) { panic("boom") }, nil).apply(x))
			vm, err := newVM(g, gorgonia.Nodes{bad})
			require.NoError(t, err)
			require.ErrorContains(t, vm.RunAll(), "bad: boom")
		})
	}
}

func TestMachineErrors(t *testing.T) {
	_, err := NewMachine()
	require.ErrorContains(t, err, "needs an output")

	g := gorgonia.NewGraph()
	unset := gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithName("unset"), gorgonia.WithShape(1, 1))
	out := gorgonia.Must(RowSums(unset))
	m, err := NewMachine(out)
	require.NoError(t, err)
	require.ErrorContains(t, m.RunAll(), `input "unset" has no value`)

	_, err = NewMachine(out, gorgonia.Must(RowSums(matrix(gorgonia.NewGraph(), "x", 1, 1, 1))))
	require.ErrorContains(t, err, "not of the same graph")
}

// smallNetwork is a DNN of which two categorical fields and one number are the input.
func smallNetwork(t *testing.T, batch int) (*Builder, *Machine, *gorgonia.Node) {
	t.Helper()
	fields := []Field{{Name: "a", Rows: 50}, {Name: "x", Kind: Numeric}, {Name: "b", Rows: 30}}
	b := NewBuilder(batch, fields, NewWeights(rand.New(rand.NewPCG(3, 3))))
	loss := b.LogLoss(b.MLP("mlp", b.Embed("deep", 8), []int{33, 17}, 0))
	require.NoError(t, b.Err())
	grads, err := gorgonia.Grad(loss, b.Learnables()...)
	require.NoError(t, err)
	m, err := NewMachine(append(grads, loss)...)
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(4, 4))
	for i, ids := 0, b.IDs().Value().Data().([]int32); i < len(ids); i += 2 {
		ids[i], ids[i+1] = rng.Int32N(50), rng.Int32N(30)
	}
	copy(b.Numbers().Value().Data().([]float32), draw(rng, batch))
	for i, labels := 0, b.Labels().Value().Data().([]float32); i < batch; i++ {
		labels[i] = float32(rng.IntN(2))
		b.SampleWeights().Value().Data().([]float32)[i] = 1
	}
	return b, m, loss
}

func TestMachineAllocatesNothingInASteadyRun(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector, under which the short form runs, makes pools forget")
	}
	_, m, _ := smallNetwork(t, 64)
	run := func() {
		if err := m.RunAll(); err != nil {
			t.Fatal(err)
		}
	}
	run()
	require.Zero(t, testing.AllocsPerRun(10, run))
}

func TestMachineGivesTheSameBitsOnAnyNumberOfCores(t *testing.T) {
	gradients := func(cores int) (all [][]float32) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		b, m, _ := smallNetwork(t, 500)
		require.NoError(t, m.RunAll())
		for _, n := range b.Learnables() {
			v, err := n.Grad()
			require.NoError(t, err)
			if g, ok := v.(*RowGrad); ok {
				all = append(all, g.Values)
				continue
			}
			all = append(all, v.Data().([]float32))
		}
		return all
	}
	require.Equal(t, gradients(1), gradients(2))
}
