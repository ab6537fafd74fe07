package kernel

// stride is the distance of the rows of repeated.
func (c *CIN) stride() int { return c.fields + c.cols }

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
			c.outerPanel(s.outer, t*c.cols, block)
			c.grads.multiply(b, 0, len(c.grads.rows), c.block(s, s.outer, block), s.sums[(t-from)*size:])
		}
	}
	for t := from; t < to; t++ {
		col := t * c.cols
		transpose(c.dw[col*c.units:], c.units, s.sums[(t-from)*size:], c.cols, c.units, min(c.cols, c.inner()-col))
	}
	c.scratch.Put(s)
}

// outerPanel writes a panel of columns of the outer products, from a column on, for a block of positions.
func (c *CIN) outerPanel(panel []float32, column int, block span) {
	rows, stride := block.to-block.from, c.stride()
	i, next := c.mapsOf(column)
	x, x0 := c.xk[block.from*c.maps+i:], c.repeated[block.from*stride+column%c.fields:]
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
