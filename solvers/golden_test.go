package solvers

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers/internal/fake"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Against PyTorch, where it has the same formula: eps outside of the root, and the decay of AdamW
// scaled by the learning rate. testdata/goldens.py made the file and holds PyTorch's settings.
func TestSolversEqualPyTorch(t *testing.T) {
	var golden struct {
		Table, Dense []float32
		Steps        []struct {
			Rows          []int32
			Values, Dense []float32
		}
		Cases map[string][]struct {
			Step         int
			Table, Dense []float64
		}
	}
	data, err := os.ReadFile("testdata/pytorch.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &golden))
	cases := map[string]Solver{
		"adam":        made(t, "adam", WithLearnRate(1e-2), WithEpsOutside()),
		"adam betas":  made(t, "adam", WithLearnRate(1e-2), WithBeta1(0.7), WithBeta2(0.95), WithEps(1e-3), WithEpsOutside()),
		"adamw":       made(t, "adamw", WithLearnRate(1e-2), WithEpsOutside(), WithWeightDecay(0.5), WithScaledDecay(), WithDenseDecay()),
		"adagrad":     made(t, "adagrad", WithLearnRate(0.1)),
		"adagrad eps": made(t, "adagrad", WithLearnRate(0.1), WithEps(1e-2)),
		"sparse adam": made(t, "adam", WithLearnRate(1e-2), WithEps(1e-30), WithOnTouch()),
	}
	require.Len(t, golden.Cases, len(cases))
	for name, snapshots := range golden.Cases {
		t.Run(name, func(t *testing.T) {
			const rows, dim = 6, 5
			table, err := graph.NewTable("t", rows, dim)
			require.NoError(t, err)
			copy(table.Floats(), golden.Table)
			dense := tensor.New(tensor.WithShape(3, 4), tensor.WithBacking(append([]float32(nil), golden.Dense...)))
			for k, step := range golden.Steps {
				g, err := graph.NewRowGrad(step.Rows, append([]float32(nil), step.Values...), dim)
				require.NoError(t, err)
				gDense := tensor.New(tensor.WithShape(3, 4), tensor.WithBacking(append([]float32(nil), step.Dense...)))
				require.NoError(t, cases[name].Step([]gorgonia.ValueGrad{fake.Of(table, g), fake.Of(dense, gDense)}))
				if snapshots[0].Step != k+1 {
					continue
				}
				table.SettleAll()
				require.InDeltaSlice(t, snapshots[0].Table, widen(table.Floats()), 1e-6, "table after step %d", k+1)
				if len(snapshots[0].Dense) > 0 {
					require.InDeltaSlice(t, snapshots[0].Dense, widen(dense.Float32s()), 1e-6, "dense weight after step %d", k+1)
				}
				if snapshots = snapshots[1:]; len(snapshots) == 0 {
					return
				}
			}
			require.Fail(t, "snapshots left over")
		})
	}
}
