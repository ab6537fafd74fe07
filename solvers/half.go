package solvers

import (
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
)

// halves are the moments of the rows of a table in bfloat16, see WithRowState. They are those of the step of a row's latest gradient,
// and settling a row leaves them as they are: whoever needs the moments of a later step multiplies by powers of beta. So they are
// rounded once for each gradient, and a run does not depend on when its rows are settled.
type halves struct {
	m, v *offheap.Array[uint16]
	adam *adamBase
}

func newHalves(b *adamBase, n int) (*halves, error) {
	h := &halves{adam: b}
	var err error
	if h.m, err = offheap.New[uint16](n); err == nil {
		h.v, err = offheap.New[uint16](n)
	}
	if err != nil {
		h.free()
		return nil, err
	}
	return h, nil
}

func (h *halves) free() {
	if h != nil {
		h.m.Free()
		h.v.Free()
	}
}

func (h *halves) prefetch(dim int, list []int32) {
	kernel.Prefetch(h.m.Data(), dim, list)
	kernel.Prefetch(h.v.Data(), dim, list)
}

// load writes the moments of a row after so many steps without a gradient.
func (h *halves) load(m, v []float32, row, steps int) {
	from, to := row*len(m), (row+1)*len(m)
	kernel.Widen(m, h.m.Data()[from:to], float32(h.adam.correction1.power[steps]))
	kernel.Widen(v, h.v.Data()[from:to], float32(h.adam.correction2.power[steps]))
}

// store rounds the moments of a row.
func (h *halves) store(m, v []float32, row int, seedM, seedV uint32) {
	from, to := row*len(m), (row+1)*len(m)
	kernel.RoundAtRandom(h.m.Data()[from:to], m, seedM)
	kernel.RoundAtRandom(h.v.Data()[from:to], v, seedV)
}
