package kernel

import "sync"

// CIN multiplies the outer products of the rows of two matrices, xk (positions, maps) and x0 (positions, fields), by a weight:
//
//	y_u = sum over i, j of  w[i*fields+j, u] * xk_i * x0_j
//
// for every position. It never stores the outer products: it makes those of a panel of positions, a block of the inner dimension at a
// time, in the first cache and as the micro-kernel reads them. All sums have the order that they have in Gemm, given the outer products.
type CIN struct {
	positions, maps, fields, units int

	*kernels
	weights  strips    // the transpose of w, for y
	rows     strips    // w, for the gradients of the factors
	grads    strips    // the transpose of the gradient of y, for that of w
	repeated []float32 // rows of x0 of a chunk and their beginnings again, so that any register of columns finds its values side by side
	orders   []int32   // of each register of columns of the outer products: the maps of its values, from that of the first on
	scratch  sync.Pool // of *cinScratch
	few      []float32 // outer products of few positions

	y, xk, x0, dy, dxk, dx0, dw []float32 // of this call

	first  int       // position of a chunk
	groups int       // of panels of the weight's gradient
	sums   []float32 // of it, panel by panel

	forward, factorGrads, weightGrads, storeGrads, repeat func(from, to int)
}

// cinScratch is that of one core. Its matrices have a column for each position of a panel.
type cinScratch struct {
	xk, x0, dy, dxk, dx0 []float32
	outer                []float32 // a block of outer products
	pairs                []float32 // a block of outer products or of dy
	sums                 []float32
}

// NewCIN returns a layer of a size.
func NewCIN(positions, maps, fields, units int) *CIN {
	c := &CIN{positions: positions, maps: maps, fields: fields, units: units}
	c.forward, c.factorGrads, c.repeat = c.forwardPanels, c.factorGradPanels, c.repeatRows
	c.weightGrads, c.storeGrads = c.weightGradGroups, c.storeGradPanels
	if positions <= fewRows {
		c.few = make([]float32, positions*c.inner())
	}
	return c
}

// inner is the inner dimension of the product.
func (c *CIN) inner() int { return c.maps * c.fields }

// Forward computes y (positions, units) for w (maps*fields, units).
func (c *CIN) Forward(p Precision, y, xk, x0, w []float32) {
	if c.few != nil {
		c.forwardFew(p, y, xk, x0, w)
		return
	}
	c.use(p)
	if c.weights.list == nil {
		c.weights.plan(c.kernels, c.units, c.units, c.innerBlocks(nil, 0, c.inner()))
	}
	c.y, c.xk, c.x0 = y, xk, x0
	c.weights.pack(newOperand(w, c.units, true))
	Parallel(c.panels(), 1, c.forward)
}

// forwardFew is Forward for so few positions that to pack the weight would not pay.
func (c *CIN) forwardFew(p Precision, y, xk, x0, w []float32) {
	size := c.inner()
	for r := range c.positions {
		SmallGemm(c.maps, c.fields, 1, xk[r*c.maps:], 1, 1, x0[r*c.fields:], c.fields, c.few[r*size:], c.fields, false)
	}
	p.Gemm(false, false, c.positions, c.units, size, c.few, size, w, c.units, y, c.units, false)
}

// use makes the layer use the kernels of a precision.
func (c *CIN) use(p Precision) {
	k := active
	if p.InUse() == BFloat16 && paysInPairs(c.units, c.inner()) {
		k = active.bfloat16
	}
	if c.kernels == k {
		return
	}
	c.kernels, c.weights.list, c.grads.list = k, nil, nil
	c.scratch = sync.Pool{New: func() any {
		s := &cinScratch{
			xk: c.panel(c.maps), dxk: c.panel(c.maps), x0: c.panel(c.fields), dx0: c.panel(c.fields), dy: c.panel(c.units),
			outer: c.panel(k.innerSize()),
		}
		if k.pairs != nil {
			s.pairs = c.panel(k.innerSize() / 2)
		}
		return s
	}}
}

// panel returns a panel of some rows.
func (c *CIN) panel(rows int) []float32 { return make([]float32, rows*c.cols) }

// panels is the number of panels of positions.
func (c *CIN) panels() int { return ceil(c.positions, c.cols) }

// forwardPanels computes y for panels [from, to) of positions.
func (c *CIN) forwardPanels(from, to int) {
	s := c.scratch.Get().(*cinScratch)
	s.grow(c.weights.height() * c.cols)
	for first := from * c.cols; first < min(c.positions, to*c.cols); first += c.cols {
		width := min(c.cols, c.positions-first)
		c.panelOf(s.xk, c.xk[first*c.maps:], width, c.maps)
		c.panelOf(s.x0, c.x0[first*c.fields:], width, c.fields)
		for b, block := range c.weights.inner {
			c.outerRows(s, block)
			c.weights.multiply(b, 0, len(c.weights.rows), c.block(s, s.outer, block), s.sums, b > 0)
		}
		transpose(c.y[first*c.units:], c.units, s.sums, c.cols, c.units, width)
	}
	c.scratch.Put(s)
}

// grow makes room for n sums.
func (s *cinScratch) grow(n int) {
	if len(s.sums) < n {
		s.sums = make([]float32, n)
	}
}

// panelOf writes rows of x (width, columns) as a panel of as many columns.
func (k *kernels) panelOf(panel, x []float32, width, columns int) {
	if width < k.cols {
		clear(panel)
	}
	transpose(panel, k.cols, x, columns, width, columns)
}

// outerRows writes a block of the outer products of a panel of positions.
func (c *CIN) outerRows(s *cinScratch, block span) {
	for at := block.from; at < block.to; {
		i, j := at/c.fields, at%c.fields
		rows := min(c.fields-j, block.to-at)
		c.scaleRows(s.outer[(at-block.from)*c.cols:], s.xk[i*c.cols:], s.x0[j*c.cols:], rows)
		at += rows
	}
}

// scaleRows computes rows of a panel: each is x times that of y.
func (k *kernels) scaleRows(dst, x, y []float32, rows int) {
	n := rows * k.cols
	dst, x, y = dst[:n], x[:k.cols], y[:n]
	if k.lanes <= 16 {
		k.multiplyRows(&dst[0], &x[0], &y[0], rows)
		return
	}
	for i, v := range y {
		dst[i] = x[i%k.cols] * v
	}
}

// block returns a block of the inner dimension, which begins with the panel, as the micro-kernel reads it.
func (c *CIN) block(s *cinScratch, panel []float32, block span) []float32 {
	if c.pairs == nil {
		return panel
	}
	depth := block.to - block.from
	_, _ = panel[depth*c.cols-1], s.pairs[(depth+1)/2*c.cols-1]
	for col := 0; col < c.cols; col += c.lanes {
		c.pairRows(&s.pairs[col], c.cols, &panel[col], c.cols, depth, mask(c.lanes))
	}
	return s.pairs
}
