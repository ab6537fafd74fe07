package kernel

// stride is the distance of the rows of repeated.
func (c *CIN) stride() int { return c.fields + c.register() }

// repeatRows fills repeated for positions [from, to).
func (c *CIN) repeatRows(from, to int) {
	stride := c.stride()
	for r := from; r < to; r++ {
		row, x0 := c.repeated[r*stride:(r+1)*stride], c.x0[r*c.fields:(r+1)*c.fields]
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
	orders := make([]int32, (columns+k.cols-1)/k.cols*k.cols)
	for c := range columns {
		orders[c] = int32(c/n - c/lanes*lanes/n)
	}
	return orders
}

// weightGradPanels computes dw for panels [from, to) of the columns of the outer products.
func (c *CIN) weightGradPanels(from, to int) {
	s := c.scratch.Get().(*cinScratch)
	size := c.grads.rows[len(c.grads.rows)-1].to * c.cols // of a panel of sums
	s.grow((to - from) * size)
	for b, block := range c.grads.inner {
		for t := from; t < to; t++ {
			for col := t * c.cols; col < min(c.inner(), (t+1)*c.cols); col += c.register() {
				c.outerRegister(s.outer[col-t*c.cols:], col, block)
			}
			c.grads.multiply(b, 0, len(c.grads.rows), c.block(s, s.outer, block), s.sums[(t-from)*size:])
		}
	}
	for t := from; t < to; t++ {
		col := t * c.cols
		transpose(c.dw[col*c.units:], c.units, s.sums[(t-from)*size:], c.cols, c.units, min(c.cols, c.inner()-col))
	}
	c.scratch.Put(s)
}

// outerRegister writes a register of columns of the outer products, from a column on, for a block of positions.
func (c *CIN) outerRegister(panel []float32, column int, block span) {
	rows, lanes, stride := block.to-block.from, c.register(), c.stride()
	i, j := column/c.fields, column%c.fields
	x, x0 := c.xk[block.from*c.maps+i:], c.repeated[block.from*stride+j:]
	order, there := c.orders[column:column+lanes], min(lanes, c.maps-i)
	_, _, _ = panel[(rows-1)*c.cols+lanes-1], x[(rows-1)*c.maps+there-1], x0[(rows-1)*stride+lanes-1]
	if c.lanes <= 16 {
		c.outerColumns(&panel[0], &x[0], c.maps, &x0[0], stride, rows, &order[0], mask(there))
		return
	}
	for r := range rows {
		for l, m := range order {
			panel[r*c.cols+l] = x[r*c.maps+int(m)] * x0[r*stride+l]
		}
	}
}
