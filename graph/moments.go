package graph

import (
	"math"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
)

// moments are mean and variance of the columns of a batch, over all ranks of a job.
type moments struct {
	rows          *packing
	n             int
	count         float64 // of rows with a weight
	weight        float64 // of the samples of all ranks: each rank's loss is a mean over its own
	mean, squares []float64
	own           []float64 // what this rank sends

	x, weights      []float32 // of this run
	center          []float32 // mean, rounded
	sums            *columnTotals
	total           []float32
	add, addSquares func(from, to int)
}

func newMoments(rows *packing, n int) *moments {
	m := &moments{rows: rows, n: n, sums: newColumnTotals(rows.all(), n), total: make([]float32, n), center: make([]float32, n)}
	m.mean, m.squares, m.own = make([]float64, n), make([]float64, n), make([]float64, 0, 2+2*n)
	m.add, m.addSquares = m.addRows, m.addSquaresOfRows
	return m
}

// measure computes the moments of the rows of x whose weight is not 0, or of all rows if weights is nil, and brings those of all
// ranks together.
func (m *moments) measure(x, weights []float32, mode *Mode) error {
	m.x, m.weights, m.count, m.weight = x, weights, 0, mode.Weight
	for r := range m.rows.n {
		if m.has(r) {
			m.count++
		}
	}
	m.measureOwn()
	if mode.Gather == nil {
		return nil
	}
	m.own = append(append(append(m.own[:0], m.count, m.weight), m.mean...), m.squares...)
	all, err := mode.Gather(m.own)
	if err == nil {
		m.combine(all)
	}
	return err
}

// has reports whether a row has a weight.
func (m *moments) has(row int) bool { return m.weights == nil || m.weights[row] != 0 }

// measureOwn computes the moments in two passes.
func (m *moments) measureOwn() {
	count := max(1, m.count)
	kernel.Parallel(m.rows.n, rowsPerTile, m.add)
	m.sums.total(m.total, m.rows.n)
	for i, sum := range m.total {
		m.mean[i] = float64(sum) / count
		m.center[i] = float32(m.mean[i])
	}
	kernel.Parallel(m.rows.n, rowsPerTile, m.addSquares)
	m.sums.total(m.total, m.rows.n)
	for i, sum := range m.total {
		rest := m.mean[i] - float64(m.center[i]) // of rounding
		m.squares[i] = max(0, float64(sum)-count*rest*rest)
	}
}

func (m *moments) addRows(from, to int) {
	sums := m.sums.begin(from)
	for r := from; r < to; r++ {
		if m.has(r) {
			kernel.Add(sums, m.x[r*m.n:])
		}
	}
}

func (m *moments) addSquaresOfRows(from, to int) {
	sums := m.sums.begin(from)
	for r := from; r < to; r++ {
		if m.has(r) {
			kernel.ColumnSquares(sums, m.x[r*m.n:], m.center)
		}
	}
}

// combine makes one mean and one sum of squared deviations of those of all ranks, in the order of the ranks.
//
// Reference: Chan, Golub and LeVeque, Updating Formulae and a Pairwise Algorithm for Computing Sample Variances, 1979.
func (m *moments) combine(all []float64) {
	m.count, m.weight = 0, 0
	clear(m.mean)
	clear(m.squares)
	for size := 2 + 2*m.n; len(all) > 0; all = all[size:] {
		count, mean, squares := all[0], all[2:2+m.n], all[2+m.n:size]
		m.weight += all[1]
		if count == 0 {
			continue
		}
		before := m.count
		m.count += count
		for i := range mean {
			d := mean[i] - m.mean[i]
			m.mean[i] += d * count / m.count
			m.squares[i] += squares[i] + d*d*before*count/m.count
		}
	}
}

// scaleTo writes the mean, and one over the deviation.
func (m *moments) scaleTo(mean, scale []float32) {
	for i := range m.mean {
		mean[i] = float32(m.mean[i])
		scale[i] = float32(1 / math.Sqrt(m.squares[i]/m.count+batchNormEps))
	}
}

// move moves running statistics towards those of the batch.
func (m *moments) move(mean, variance []float32) {
	for i := range m.mean {
		mean[i] = float32((1-batchNormMomentum)*float64(mean[i]) + batchNormMomentum*m.mean[i])
		variance[i] = float32((1-batchNormMomentum)*float64(variance[i]) + batchNormMomentum*m.squares[i]/(m.count-1))
	}
}

// shareGradient writes the means over the rows of all ranks of grad and of grad*xhat, of which sums and products are the sums
// over the rows of this rank. The gradient of a rank is that of the mean loss of its samples, so the sums of the ranks count by
// the weights of their samples, and what this rank gets is divided by its own share, by which its gradients will be multiplied.
func (m *moments) shareGradient(meanOf, dot, sums, products []float32, mode *Mode) error {
	if mode.Gather == nil {
		copy(meanOf, sums)
		copy(dot, products)
		kernel.Scale(meanOf, float32(1/m.count))
		kernel.Scale(dot, float32(1/m.count))
		return nil
	}
	share := mode.Weight / m.weight
	m.own = m.own[:0]
	for _, x := range [][]float32{sums, products} {
		for _, v := range x {
			m.own = append(m.own, share*float64(v))
		}
	}
	all, err := mode.Gather(m.own)
	if err != nil || mode.Weight == 0 { // this rank's gradients count for nothing
		return err
	}
	for i := range meanOf {
		var sum, product float64
		for at := i; at < len(all); at += 2 * m.n {
			sum += all[at]
			product += all[at+m.n]
		}
		meanOf[i], dot[i] = float32(sum/share/m.count), float32(product/share/m.count)
	}
	return nil
}
