package kernel

import "runtime"

// positionBlock is after how many positions the sums of the weight's gradient begin a new block, besides every innerBlock within them.
const positionBlock = 448

// rowsPerGroup is about how many rows of the gradient of the outer products are computed before they are reduced: they stay in the first
// cache.
const rowsPerGroup = 168

// Backward computes the gradients of the factors, dxk and dx0, and that of the weight, dw, from that of y.
func (c *CIN) Backward(p Precision, dxk, dx0, dw, xk, x0, w, dy []float32) {
	c.use(p)
	if c.grads.list == nil {
		c.planGradients()
	}
	c.xk, c.x0, c.dy, c.dxk, c.dx0, c.dw = xk, x0, dy, dxk, dx0, dw
	c.rows.pack(newOperand(w, c.units, false))
	Parallel(c.panels(), 1, c.factorGrads)
	c.grads.pack(newOperand(dy, c.units, true))
	Parallel(c.positions, positionBlock, c.repeat)
	panels := (c.inner() + c.cols - 1) / c.cols
	Parallel(panels, groupSize(panels), c.weightGrads)
}

// groupSize returns how many panels of the weight's gradient a core computes at a time: enough of them to use the positions of a block
// while they are in the cache, and few enough for all cores.
func groupSize(panels int) int {
	share := 2 * runtime.GOMAXPROCS(0)
	return min(panelsPerCol, (panels+share-1)/share)
}

func (c *CIN) planGradients() {
	c.rows.plan(c.kernels, c.inner(), c.mapsPerGroup()*c.fields, c.innerBlocks(nil, 0, c.units))
	var inner []span
	for from := 0; from < c.positions; from += positionBlock {
		inner = c.innerBlocks(inner, from, min(c.positions, from+positionBlock))
	}
	c.grads.plan(c.kernels, c.units, c.units, inner)
	c.repeated = make([]float32, c.positions*c.stride())
	c.orders = c.mapOrders(c.inner(), c.fields)
}

// mapsPerGroup is how many maps are reduced at a time.
func (c *CIN) mapsPerGroup() int { return max(1, rowsPerGroup/c.fields) }

// factorGradPanels computes dxk and dx0 for panels [from, to) of positions.
func (c *CIN) factorGradPanels(from, to int) {
	s := c.scratch.Get().(*cinScratch)
	for first := from * c.cols; first < min(c.positions, to*c.cols); first += c.cols {
		width := min(c.cols, c.positions-first)
		c.panelOf(s.xk, c.xk[first*c.maps:], width, c.maps)
		c.panelOf(s.x0, c.x0[first*c.fields:], width, c.fields)
		c.panelOf(s.dy, c.dy[first*c.units:], width, c.units)
		clear(s.dx0)
		c.reduceGroups(s)
		transpose(c.dxk[first*c.maps:], c.maps, s.dxk, c.cols, c.maps, width)
		transpose(c.dx0[first*c.fields:], c.fields, s.dx0, c.cols, c.fields, width)
	}
	c.scratch.Put(s)
}

// reduceGroups computes the gradients of the outer products of a panel of positions, and reduces them to those of the factors.
func (c *CIN) reduceGroups(s *cinScratch) {
	strip := 0
	for i := 0; i < c.maps; i += c.mapsPerGroup() {
		end := min(c.maps, i+c.mapsPerGroup())
		from := strip
		for strip < len(c.rows.rows) && c.rows.rows[strip].from < end*c.fields {
			strip++
		}
		s.grow((c.rows.rows[strip-1].to - i*c.fields) * c.cols)
		for b, block := range c.rows.inner {
			c.rows.multiply(b, from, strip, c.block(s, s.dy[block.from*c.cols:], block), s.sums)
		}
		for m := i; m < end; m++ {
			c.reduceRows(c.fields, s.sums[(m-i)*c.fields*c.cols:], s.x0, s.dx0, s.xk[m*c.cols:], s.dxk[m*c.cols:])
		}
	}
}

// reduceRows reduces the gradients of the outer products of one map: dx0_j += xk * grad_j, and dxk = sum of grad_j * x0_j, for n rows of a
// panel.
func (k *kernels) reduceRows(n int, grad, x0, dx0, xk, dxk []float32) {
	grad, x0, dx0, xk, dxk = grad[:n*k.cols], x0[:n*k.cols], dx0[:n*k.cols], xk[:k.cols], dxk[:k.cols]
	if k.lanes <= 16 {
		k.reduceMap(n, &grad[0], &x0[0], &dx0[0], &xk[0], &dxk[0])
		return
	}
	clear(dxk)
	for i, g := range grad {
		dx0[i] += xk[i%k.cols] * g
		dxk[i%k.cols] += g * x0[i]
	}
}
