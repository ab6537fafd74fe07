package kernel

import "sync"

// Group is a matrix for each of several groups: that of group g begins at Data[g*Step], and its rows are Stride elements apart.
type Group struct {
	Data         []float32
	Stride, Step int
	Transposed   bool // of an operand: the product takes the transpose
}

// GroupedGemm computes C_g (m, n) = op(A_g) (m, k) op(B_g) (k, n) for each group, plus a bias_g (n) to each row; the biases follow
// one another, and a bias of nil counts as zeros. Every C_g has the bits that Gemm gives it.
func (p Precision) GroupedGemm(groups, m, n, k int, a, b, c Group, bias []float32) {
	if groups == 0 || m == 0 || n == 0 {
		return
	}
	all := products.Get().(*groupedProduct)
	for i := range groups {
		g := p.newGemm(m, n, k)
		g.a, g.b = newOperand(a.Data[i*a.Step:], a.Stride, a.Transposed), newOperand(b.Data[i*b.Step:], b.Stride, b.Transposed)
		g.c, g.ldc, g.accumulate = c.Data[i*c.Step:], c.Stride, false
		if bias != nil {
			g.bias = bias[i*n : (i+1)*n]
		}
		all.list = append(all.list, g)
	}
	all.run()
	for i, g := range all.list {
		g.free()
		all.list[i] = nil
	}
	all.list = all.list[:0]
	products.Put(all)
}

// groupedProduct is the products of all groups, which share the cores.
type groupedProduct struct {
	list           []*gemm
	panels, blocks int // of each
	pack, mul      func(from, to int)
}

var products = sync.Pool{New: func() any {
	p := new(groupedProduct)
	p.pack = func(at, _ int) { p.list[at/p.panels].pack(at%p.panels, at%p.panels+1) }
	p.mul = func(at, _ int) { p.list[at/p.blocks].mul(at%p.blocks, at%p.blocks+1) }
	return p
}}

func (p *groupedProduct) run() {
	if p.list[0].isFew() {
		for _, g := range p.list {
			g.multiplyFew()
		}
		return
	}
	for _, g := range p.list {
		p.panels, p.blocks = g.plan(len(p.list))
	}
	Parallel(p.panels*len(p.list), 1, p.pack)
	Parallel(p.blocks*len(p.list), 1, p.mul)
}
