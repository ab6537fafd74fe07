package kernel

import "runtime"

// positionBlock is after how many positions the sums of the weight's gradient begin a new block, besides every innerBlock within them.
const positionBlock = 448

// chunk is how many positions the weight's gradient takes at a time: what is packed of them stays in the second cache.
const chunk = 8 * positionBlock

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
	c.weightGrad()
}

// weightGrad computes dw, chunk by chunk of the positions.
func (c *CIN) weightGrad() {
	c.groups = groupsOf(c.weightPanels())
	for c.first = 0; c.first < c.positions; c.first += chunk {
		rows := min(chunk, c.positions-c.first)
		c.grads.inner = c.positionBlocks(c.grads.inner[:0], rows)
		c.grads.pack(newOperand(c.dy[c.first*c.units:], c.units, true))
		Parallel(rows, positionBlock, c.repeat)
		Parallel(c.groups, 1, c.weightGrads)
	}
	Parallel(c.weightPanels(), 1, c.storeGrads)
}

// weightPanels is the number of panels of columns of the outer products.
func (c *CIN) weightPanels() int { return ceil(c.inner(), c.cols) }

// groupsOf returns in how many groups of panels cores compute the weight's gradient: as many for each core, and of so few panels that
// their sums stay in the cache.
func groupsOf(panels int) int {
	cores := runtime.GOMAXPROCS(0)
	return min(panels, ceil(panels, cores*panelsPerCol)*cores)
}

// positionBlocks appends the blocks of the inner dimension of the weight's gradient, for some positions.
func (c *CIN) positionBlocks(blocks []span, positions int) []span {
	for from := 0; from < positions; from += positionBlock {
		blocks = c.innerBlocks(blocks, from, min(positions, from+positionBlock))
	}
	return blocks
}

func (c *CIN) planGradients() {
	c.rows.plan(c.kernels, c.inner(), c.mapsPerGroup()*c.fields, c.innerBlocks(nil, 0, c.units))
	rows := min(chunk, c.positions)
	c.grads.plan(c.kernels, c.units, c.units, c.positionBlocks(nil, rows))
	c.repeated = make([]float32, rows*c.stride())
	c.orders = c.mapOrders(c.inner(), c.fields)
	c.sums = make([]float32, len(c.orders)*c.grads.height())
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
			c.rows.multiply(b, from, strip, c.block(s, s.dy[block.from*c.cols:], block), s.sums, b > 0)
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

// stride is the distance of the rows of repeated.
func (c *CIN) stride() int { return c.fields + c.cols }

// repeatRows fills repeated for positions [from, to) of the chunk.
func (c *CIN) repeatRows(from, to int) {
	stride := c.stride()
	for r := from; r < to; r++ {
		row, x0 := c.repeated[r*stride:(r+1)*stride], c.x0[(c.first+r)*c.fields:][:c.fields]
		for len(row) > 0 {
			row = row[copy(row, x0):]
		}
	}
}

// register is how many columns outerColumns writes at a time.
func (k *kernels) register() int { return min(k.lanes, k.cols) }

// mapOrders returns, for each register of columns of the outer products with n fields, the maps of its columns from that of the first on.
// Columns beyond the last have the map of the first.
func (k *kernels) mapOrders(columns, n int) []int32 {
	lanes := k.register()
	orders := make([]int32, ceil(columns, k.cols)*k.cols)
	for c := range columns {
		orders[c] = int32(c/n - c/lanes*lanes/n)
	}
	return orders
}

// weightGradGroups adds the products of the chunk to the sums of groups [from, to) of panels.
func (c *CIN) weightGradGroups(from, to int) {
	s := c.scratch.Get().(*cinScratch)
	first, end := from*c.weightPanels()/c.groups, to*c.weightPanels()/c.groups
	for b, block := range c.grads.inner {
		for t := first; t < end; t++ {
			c.outerPanel(s.outer, t*c.cols, block)
			c.grads.multiply(b, 0, len(c.grads.rows), c.block(s, s.outer, block), c.panelSums(t), c.first+block.from > 0)
		}
	}
	c.scratch.Put(s)
}

// panelSums returns the sums of a panel.
func (c *CIN) panelSums(t int) []float32 {
	size := c.grads.height() * c.cols
	return c.sums[t*size : (t+1)*size]
}

// storeGradPanels writes the sums of panels [from, to) to dw.
func (c *CIN) storeGradPanels(from, to int) {
	for t := from; t < to; t++ {
		col := t * c.cols
		transpose(c.dw[col*c.units:], c.units, c.panelSums(t), c.cols, c.units, min(c.cols, c.inner()-col))
	}
}

// outerPanel writes a panel of columns of the outer products, from a column on, for a block of the chunk.
func (c *CIN) outerPanel(panel []float32, column int, block span) {
	rows, stride := block.to-block.from, c.stride()
	i, next := c.mapsOf(column)
	x, x0 := c.xk[(c.first+block.from)*c.maps+i:], c.repeated[block.from*stride+column%c.fields:]
	order := c.orders[column : column+c.cols]
	_, _, _ = panel[rows*c.cols-1], x[(rows-1)*c.maps+c.maps-i-1], x0[(rows-1)*stride+c.cols-1]
	if c.lanes <= 16 {
		there := func(i int) *int32 { return mask(min(c.lanes, c.maps-i)) }
		c.outerColumns(&panel[0], &x[0], c.maps, next-i, &x0[0], stride, rows, &order[0], there(i), there(next))
		return
	}
	for r := range rows {
		for l, m := range order {
			panel[r*c.cols+l] = x[r*c.maps+int(m)] * x0[r*stride+l]
		}
	}
}

// mapsOf returns the map of a column, and that of the column a register further or the same if there is none.
func (c *CIN) mapsOf(column int) (first, next int) {
	first, next = column/c.fields, (column+c.register())/c.fields
	if column+c.register() >= c.inner() {
		next = first
	}
	return first, next
}
