package drift

import (
	"maps"
	"math"
	"slices"
)

// numberCells is the most cells that Numbers keeps.
const numberCells = 256

// quantileBins is the number of bins into which numbers are divided for PSI, those without a number aside.
const quantileBins = 10

// Numbers counts the numbers of a field in at most 256 cells. A cell has the numbers that agree in sign, exponent
// and the first bits of the mantissa; how many bits follows from the numbers, and is as many as can be with this
// number of cells. So the counts do not depend on the order of the numbers.
type Numbers struct {
	Empty int            `json:"empty"` // cells of the log without a number
	Shift int            `json:"shift"` // bits of a number that are not looked at
	Cells map[uint64]int `json:"cells"` // counts by the other bits, in the order of the numbers
}

// add counts a number; NaN is an empty cell of the log.
func (n *Numbers) add(x float64) {
	if math.IsNaN(x) {
		n.Empty++
		return
	}
	if n.Cells == nil {
		n.Cells = map[uint64]int{}
	}
	n.Cells[orderedBits(x)>>n.Shift]++
	for len(n.Cells) > numberCells {
		*n = *n.coarser(n.Shift + 1)
	}
}

// orderedBits are the bits of a number such that they have the order of the numbers.
func orderedBits(x float64) uint64 {
	const sign = 1 << 63
	b := math.Float64bits(x)
	switch {
	case x == 0: // which -0 is, too
		return sign
	case b&sign != 0:
		return ^b
	}
	return b | sign
}

// coarser returns the counts in larger cells.
func (n *Numbers) coarser(shift int) *Numbers {
	out := &Numbers{n.Empty, shift, map[uint64]int{}}
	for cell, count := range n.Cells {
		out.Cells[cell>>(shift-n.Shift)] += count
	}
	return out
}

// psi compares numbers with those of a reference. The bins are between the tenths of the reference, a bin with all
// numbers up to and with the cell where a tenth ends, and one bin of the empty cells.
func (n *Numbers) psi(reference []*Numbers) float64 {
	shift := n.Shift
	for _, r := range reference {
		shift = max(shift, r.Shift)
	}
	sum := &Numbers{Shift: shift, Cells: map[uint64]int{}}
	for _, r := range reference {
		sum.Empty += r.Empty
		for cell, count := range r.coarser(shift).Cells {
			sum.Cells[cell] += count
		}
	}
	ends := sum.tenths()
	return PSI(sum.inBins(ends), n.coarser(shift).inBins(ends))
}

// tenths returns the cells where the first nine tenths of the numbers end, each cell once.
func (n *Numbers) tenths() (ends []uint64) {
	total, below := 0, 0
	for _, count := range n.Cells {
		total += count
	}
	for _, cell := range slices.Sorted(maps.Keys(n.Cells)) {
		tenth := below * quantileBins / total
		below += n.Cells[cell]
		if now := below * quantileBins / total; now > tenth && now < quantileBins {
			ends = append(ends, cell)
		}
	}
	return ends
}

// inBins returns the counts between the ends of bins, and last that of the empty cells.
func (n *Numbers) inBins(ends []uint64) []int {
	bins := make([]int, len(ends)+2)
	bins[len(ends)+1] = n.Empty
	for cell, count := range n.Cells {
		at, _ := slices.BinarySearch(ends, cell)
		bins[at] += count
	}
	return bins
}
