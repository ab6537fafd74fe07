package kernel

// span is a range of rows, or of the inner dimension of a product.
type span struct{ from, to int }

// strips is the left operand op(A) (m, k) of products that differ in the right one only: it is packed once, in strips of rows, as
// the micro-kernels take them, each cut into blocks of the inner dimension.
type strips struct {
	of      gemm   // has the kernels and the operand
	rows    []span // of the strips; the last one of a group may go beyond it
	inner   []span // blocks of the inner dimension
	room    int    // of a packed strip
	packed  []float32
	list    []left // the strips of the first block, then those of the second ...
	packing func(from, to int)
}

// plan makes room for an operand of m rows. It has groups of rows, one after another, each of which is cut into strips by itself.
func (s *strips) plan(k *kernels, m, group int, inner []span) {
	s.of.kernels, s.of.m, s.inner, s.rows = k, m, inner, s.rows[:0]
	for from := 0; from < m; from += group {
		s.rows = k.appendStrips(s.rows, from, min(m, from+group))
	}
	s.room = 0
	for _, block := range inner {
		s.room = max(s.room, (k.depth(block)+stripRows-1)&^(stripRows-1)*stripRows)
	}
	s.list = make([]left, len(s.rows)*len(inner))
	s.packed = make([]float32, len(s.list)*s.room)
	s.packing = s.packStrips
}

// stripRows is how many rows a packed strip has room for, and of what its inner dimension there is a multiple.
const stripRows = 16

// appendStrips appends strips for rows [from, to): those that go as little beyond, and are then as few, as the micro-kernels allow.
func (k *kernels) appendStrips(rows []span, from, to int) []span {
	tall, low, best := ceil(to-from, k.rows), 0, ceil(to-from, k.rows)*k.rows
	for l := 1; k.gemmLow != nil && l <= ceil(to-from, k.lowRows); l++ {
		t := max(0, ceil(to-from-l*k.lowRows, k.rows))
		if covered := t*k.rows + l*k.lowRows; covered < best {
			tall, low, best = t, l, covered
		}
	}
	for i := range tall + low {
		height := k.rows
		if i >= tall {
			height = k.lowRows
		}
		rows = append(rows, span{from, from + height})
		from += height
	}
	return rows
}

// innerBlocks cuts [from, to) of the inner dimension into blocks, and appends them.
func (k *kernels) innerBlocks(blocks []span, from, to int) []span {
	for size := k.innerSize(); from < to; from += size {
		blocks = append(blocks, span{from, min(to, from+size)})
	}
	return blocks
}

// innerSize is how many values a block of the inner dimension has.
func (k *kernels) innerSize() int {
	if k.pairs != nil {
		return 2 * innerBlock
	}
	return innerBlock
}

// depth is that of a block as the micro-kernel counts: values, or pairs of them.
func (k *kernels) depth(block span) int {
	if k.pairs != nil {
		return (block.to - block.from + 1) / 2
	}
	return block.to - block.from
}

// height is that of all strips.
func (s *strips) height() int { return s.rows[len(s.rows)-1].to }

// pack packs the operand, which may have fewer blocks than there is room for.
func (s *strips) pack(a operand) {
	s.of.a, s.of.k = a, s.inner[len(s.inner)-1].to
	Parallel(len(s.rows)*len(s.inner), stripRows, s.packing)
	s.of.a.data = nil
}

func (s *strips) packStrips(from, to int) {
	for t := from; t < to; t++ {
		rows, block := s.rows[t%len(s.rows)], s.inner[t/len(s.rows)]
		s.list[t] = s.of.packStrip(s.packed[t*s.room:(t+1)*s.room], rows, block)
	}
}

// multiply computes strips [from, to) times a packed panel of op(B), both of a block of the inner dimension, or adds the products to
// what c has. c begins with the first of the strips, and its rows are those of a panel.
func (s *strips) multiply(block, from, to int, panel, c []float32, accumulate bool) {
	k := s.of.kernels
	depth, list := k.depth(s.inner[block]), s.list[block*len(s.rows):]
	first := s.rows[from].from
	_ = panel[depth*k.cols-1]
	_ = c[(s.rows[to-1].to-first)*k.cols-1]
	for i := from; i < to; i++ {
		run, rows := k.gemm, s.rows[i]
		if rows.to-rows.from != k.rows {
			run = k.gemmLow
		}
		run(depth, list[i].at, list[i].rowStep, list[i].colStep, &panel[0], &c[(rows.from-first)*k.cols], k.cols, accumulate)
	}
}
