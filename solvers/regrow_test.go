package solvers

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A state without the rates of its past goes on with the same bits, also when rows wait for long, and is saved and restored
// once more.
func TestAStateWithoutItsPastGoesOnWithTheSameBits(t *testing.T) {
	same := make([]int32, stateRows)
	for row := range same {
		same[row] = int32(row)
	}
	for _, e := range Entries() {
		t.Run(e.Name, func(t *testing.T) {
			x := newTrained(t, made(t, e.Name))
			for i := range 40 {
				x.step(i)
			}
			x.solver.SettleAll()
			y := newTrained(t, made(t, e.Name))
			copy(y.table.Floats(), x.table.Floats())
			copy(y.dense.Float32s(), x.dense.Float32s())
			parts, err := as[Stateful](t, x.solver).State(x.table)
			require.NoError(t, err)
			parts, err = Regrow(parts, stateRows, same)
			require.NoError(t, err)
			require.NoError(t, as[Stateful](t, y.solver).Restore(y.table, parts))
			dense, err := as[Stateful](t, x.solver).State(x.dense)
			require.NoError(t, err)
			require.NoError(t, as[Stateful](t, y.solver).Restore(y.dense, dense))
			for i := range 400 {
				x.step(40 + i)
				y.step(40 + i)
				if i == 200 {
					y = y.copyOf(made(t, e.Name))
				}
			}
			x.solver.SettleAll()
			y.solver.SettleAll()
			require.Equal(t, x.table.Floats(), y.table.Floats())
			require.Equal(t, x.dense.Float32s(), y.dense.Float32s())
		})
	}
}
