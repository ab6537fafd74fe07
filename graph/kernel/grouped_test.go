package kernel

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGroupedGemmGivesTheBitsOfGemmOnAnyNumberOfCores(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 1))
		const groups, m, n, k = 3, 75, 40, 300
		for _, transposed := range [][2]bool{{false, false}, {true, false}, {false, true}} {
			for _, rows := range []int{5, m} {
				a, lda, aStep := draw(rng, groups*m*k), groups*k, k
				if transposed[0] {
					lda, aStep = groups*rows, rows
				}
				b, ldb, bStep := draw(rng, groups*n*k), n, n*k
				if transposed[1] {
					ldb = k
				}
				want := make([]float32, rows*groups*n)
				for g := range groups {
					Float32.Gemm(transposed[0], transposed[1], rows, n, k, a[g*aStep:], lda, b[g*bStep:], ldb, want[g*n:], groups*n, false)
				}
				for cores := 1; cores <= 2; cores++ {
					was := runtime.GOMAXPROCS(cores)
					got := make([]float32, len(want))
					Float32.GroupedGemm(groups, rows, n, k, Group{a, lda, aStep, transposed[0]}, Group{b, ldb, bStep, transposed[1]},
						Group{Data: got, Stride: groups * n, Step: n}, nil)
					runtime.GOMAXPROCS(was)
					require.Equal(t, want, got, "%v, %d rows", transposed, rows)
				}
			}
		}
	})
}
