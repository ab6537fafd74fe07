package kernel

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// cinCase is a layer with factors, a weight and a gradient of y.
type cinCase struct {
	positions, maps, fields, units int
	xk, x0, w, dy                  []float32
}

func newCINCase(positions, maps, fields, units int) *cinCase {
	rng := rand.New(rand.NewPCG(1, uint64(positions)))
	draw := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = rng.Float32() - 0.5
		}
		return x
	}
	return &cinCase{positions, maps, fields, units, draw(positions * maps), draw(positions * fields), draw(maps * fields * units), draw(positions * units)}
}

// results are y, dxk, dx0 and dw.
type results [4][]float32

func (c *cinCase) results() results {
	return results{make([]float32, len(c.dy)), make([]float32, len(c.xk)), make([]float32, len(c.x0)), make([]float32, len(c.w))}
}

func (c *cinCase) run(p Precision, layer *CIN) results {
	r := c.results()
	layer.Forward(p, r[0], c.xk, c.x0, c.w)
	layer.Backward(p, r[1], r[2], r[3], c.xk, c.x0, c.w, c.dy)
	return r
}

// stored computes the same with the outer products of all positions in memory.
func (c *cinCase) stored(p Precision) results {
	r, size := c.results(), c.maps*c.fields
	outer, grad := make([]float32, c.positions*size), make([]float32, c.positions*size)
	for at := range c.positions {
		SmallGemm(c.maps, c.fields, 1, c.xk[at*c.maps:], 1, 1, c.x0[at*c.fields:], c.fields, outer[at*size:], c.fields, false)
	}
	p.Gemm(false, false, c.positions, c.units, size, outer, size, c.w, c.units, r[0], c.units, false)
	p.Gemm(false, true, c.positions, size, c.units, c.dy, c.units, c.w, c.units, grad, size, false)
	for at := range c.positions {
		x0, xk, g := c.x0[at*c.fields:][:c.fields], c.xk[at*c.maps:], grad[at*size:]
		Dots(r[1][at*c.maps:][:c.maps], g, c.fields, x0)
		SmallGemm(1, c.fields, c.maps, xk, c.maps, 1, g, c.fields, r[2][at*c.fields:], c.fields, false)
	}
	for from := 0; from < c.positions; from += positionBlock {
		rows := min(positionBlock, c.positions-from)
		p.Gemm(true, false, size, c.units, rows, outer[from*size:], size, c.dy[from*c.units:], c.units, r[3], c.units, from > 0)
	}
	return r
}

// exact computes the same in float64.
func (c *cinCase) exact() [4][]float64 {
	r := [4][]float64{make([]float64, len(c.dy)), make([]float64, len(c.xk)), make([]float64, len(c.x0)), make([]float64, len(c.w))}
	for at := range c.positions {
		for i := range c.maps {
			for j := range c.fields {
				xk, x0 := float64(c.xk[at*c.maps+i]), float64(c.x0[at*c.fields+j])
				for u := range c.units {
					w, dy := float64(c.w[(i*c.fields+j)*c.units+u]), float64(c.dy[at*c.units+u])
					r[0][at*c.units+u] += w * xk * x0
					r[1][at*c.maps+i] += dy * w * x0
					r[2][at*c.fields+j] += dy * w * xk
					r[3][(i*c.fields+j)*c.units+u] += dy * xk * x0
				}
			}
		}
	}
	return r
}

// cinSizes are positions, maps, fields and units: of single rows, at the edges of panels, strips and blocks, and of several of each.
var cinSizes = [][4]int{
	{1, 1, 1, 1}, {16, 4, 5, 20}, {17, 3, 1, 1}, {31, 1, 40, 10}, {32, 9, 24, 14}, {33, 5, 17, 24}, {100, 40, 7, 3}, {451, 12, 24, 100},
	{960, 2, 33, 270}, {700, 24, 16, 16},
	{chunk + 470, 3, 6, 17},
}

// same fails where a result differs by a bit, without printing all of them.
func (r results) same(t *testing.T, want results, text string) {
	t.Helper()
	for i := range r {
		for j, v := range want[i] {
			if r[i][j] != v {
				require.Equal(t, v, r[i][j], "%s: result %d, element %d", text, i, j)
			}
		}
	}
}

func TestCINHasTheSumsOfStoredOuterProducts(t *testing.T) {
	forEach(t, func(t *testing.T) {
		for _, s := range cinSizes {
			t.Run(fmt.Sprint(s), func(t *testing.T) {
				c := newCINCase(s[0], s[1], s[2], s[3])
				got, layer := c.run(Float32, NewCIN(s[0], s[1], s[2], s[3])), NewCIN(s[0], s[1], s[2], s[3])
				got.same(t, c.stored(Float32), "float32")
				exact := c.exact()
				for i, want := range exact {
					for j, v := range want {
						require.InDelta(t, v, got[i][j], 2e-4, "result %d, element %d", i, j)
					}
				}
				if BFloat16.InUse() == BFloat16 && s[0]%positionBlock >= narrowPairs {
					c.run(BFloat16, layer).same(t, c.stored(BFloat16), "bf16")
					c.run(Float32, layer).same(t, got, "float32 after bf16")
				}
			})
		}
	})
}

func TestCINDoesNotDependOnTheCores(t *testing.T) {
	c := newCINCase(960, 12, 24, 100)
	want := c.run(Float32, NewCIN(960, 12, 24, 100))
	for _, cores := range []int{1, 3, 8} {
		before := runtime.GOMAXPROCS(cores)
		got := c.run(Float32, NewCIN(960, 12, 24, 100))
		runtime.GOMAXPROCS(before)
		got.same(t, want, fmt.Sprint(cores, " cores"))
	}
}

func TestCINAllocatesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector, under which the short form runs, makes pools forget")
	}
	c, layer := newCINCase(960, 12, 24, 100), NewCIN(960, 12, 24, 100)
	r := c.run(Float32, layer)
	require.Less(t, testing.AllocsPerRun(20, func() {
		layer.Forward(Float32, r[0], c.xk, c.x0, c.w)
		layer.Backward(Float32, r[1], r[2], r[3], c.xk, c.x0, c.w, c.dy)
	}), 1.0)
}

func BenchmarkCIN(b *testing.B) {
	c, layer := newCINCase(16384, 100, 24, 100), NewCIN(16384, 100, 24, 100)
	r := c.run(Float32, layer)
	flops := 2 * float64(c.positions*c.maps*c.fields*c.units)
	rate := func(b *testing.B, products float64) {
		b.ReportMetric(products*flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
	}
	b.Run("forward", func(b *testing.B) {
		for b.Loop() {
			layer.Forward(Float32, r[0], c.xk, c.x0, c.w)
		}
		rate(b, 1)
	})
	b.Run("backward", func(b *testing.B) {
		for b.Loop() {
			layer.Backward(Float32, r[1], r[2], r[3], c.xk, c.x0, c.w, c.dy)
		}
		rate(b, 2)
	})
}
