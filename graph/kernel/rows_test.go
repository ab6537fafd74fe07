package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// root64 is the denominator in float64.
func root64(x, eps float64, outside bool) float64 {
	if outside {
		return math.Sqrt(x) + eps
	}
	return math.Sqrt(x + eps)
}

func TestRowsOfSolvers(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(3, 3))
		for _, n := range sizes {
			for _, outside := range []bool{false, true} {
				w, g, m, v := draw(rng, n), draw(rng, n), draw(rng, n), draw(rng, n)
				for i := range v {
					v[i] *= v[i]
				}
				step := AdamStep{Beta1: .9, Beta2: .99, Rate: .1, VarianceScale: 3, Eps: 1e-3, EpsOutside: outside, Keep: .75}
				gap := AdamGap{Keep: .5, DecayM: .25, DecayV: .125, Weights: []float32{.1, .2, .3}, Factor: 1, Scales: []float32{1, 2, 4}}
				grad := AdagradStep{Rate: .1, Eps: 1e-3, EpsOutside: outside, Keep: .75}
				w1, m1, v1 := clone(w), clone(m), clone(v)
				w2, m2, v2 := clone(w), clone(m), clone(v)
				w3, v3 := clone(w), clone(v)
				Adam(w1, g, m1, v1, &step)
				(&Table{n, w2, m2, v2}).AdamSettle([]int32{0}, []AdamGap{gap}, 1e-3, outside)
				Adagrad(w3, g, v3, &grad)
				for i := range w {
					wi, gi, mi, vi := float64(w[i]), float64(g[i]), float64(m[i]), float64(v[i])
					am, av := .9*mi+.1*gi, .99*vi+.01*gi*gi
					near(t, am, m1[i])
					near(t, av, v1[i])
					near(t, .75*wi-.1*am/root64(3*av, 1e-3, outside), w1[i])
					tail := .1/root64(vi, 1e-3, outside) + .2/root64(2*vi, 1e-3, outside) + .3/root64(4*vi, 1e-3, outside)
					near(t, .5*wi-mi*tail, w2[i])
					near(t, .25*mi, m2[i])
					near(t, .125*vi, v2[i])
					near(t, .75*wi-.1*gi/root64(vi+gi*gi, 1e-3, outside), w3[i])
					near(t, vi+gi*gi, v3[i])
				}
			}
		}
	})
}

// Rows that are moved together come to the same as each alone, to the bit, for widths of whole vectors
// and others.
func TestRowsTogetherAreRowsAlone(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(4, 4))
		const n = 9
		rows := []int32{7, 0, 3, 8, 4}
		for _, dim := range []int{1, 8, 10, 16, 20, 32, 48} {
			for _, outside := range []bool{false, true} {
				together := Table{dim, draw(rng, n*dim), draw(rng, n*dim), draw(rng, n*dim)}
				for i, v := range together.V {
					together.V[i] = v * v
				}
				alone := Table{dim, clone(together.W), clone(together.M), clone(together.V)}
				grads, keeps, rates := draw(rng, len(rows)*dim), draw(rng, len(rows)), draw(rng, len(rows))
				gaps := make([]AdamGap, len(rows))
				for i := range gaps {
					gaps[i] = AdamGap{.5, .25, .125, keeps[i], draw(rng, i), make([]float32, i)} // row 0 has no terms
				}
				adam := AdamStep{Beta1: .9, Beta2: .99, VarianceScale: 3, Eps: 1e-3, EpsOutside: outside}
				adagrad := AdagradStep{Eps: 1e-3, EpsOutside: outside}
				together.AdamSettle(rows, gaps, 1e-3, outside)
				together.Adam(rows, grads, keeps, rates, &adam)
				together.Adagrad(rows, grads, keeps, rates, &adagrad)
				for i, r := range rows {
					w, m, v, g := alone.at(alone.W, r), alone.at(alone.M, r), alone.at(alone.V, r), grads[i*dim:(i+1)*dim]
					gaps[i].settle(w, m, v, 1e-3, outside)
					adam.Keep, adam.Rate, adagrad.Keep, adagrad.Rate = keeps[i], rates[i], keeps[i], rates[i]
					Adam(w, g, m, v, &adam)
					Adagrad(w, g, v, &adagrad)
				}
				require.Equal(t, alone, together, "dim %d", dim)
			}
		}
		table := Table{16, draw(rng, 32), draw(rng, 32), draw(rng, 32)}
		require.Panics(t, func() { table.Adam([]int32{2}, draw(rng, 16), draw(rng, 1), draw(rng, 1), &AdamStep{}) })
	})
}

func TestGatherAndSumRows(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(5, 5))
		for _, dim := range []int{1, 3, 8, 16, 20, 32} {
			table := draw(rng, 6*dim)
			rows := []int32{5, -1, 0, 5, 2, 3, 1}
			out := draw(rng, len(rows)*dim)
			Gather(out, table, dim, rows)
			for i, r := range rows {
				want := make([]float32, dim)
				if r >= 0 {
					want = table[int(r)*dim : (int(r)+1)*dim]
				}
				require.Equal(t, want, out[i*dim:(i+1)*dim])
			}
			starts, order := []int32{1, 2, 5, 6}, []int32{9, 4, 0, 6, 2, 3}
			sums := make([]float32, 3*dim)
			SumRows(sums, out, dim, starts, order)
			for d := range dim {
				require.Equal(t, out[4*dim+d], sums[d])
				require.Equal(t, out[d]+out[6*dim+d]+out[2*dim+d], sums[dim+d])
				require.Equal(t, out[3*dim+d], sums[2*dim+d])
			}
			Prefetch(table, dim, rows[2:])
		}
	})
}
