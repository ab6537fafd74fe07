package kernel

import (
	"fmt"
	"os"
	"strings"
)

//go:generate go run ./gen

// kernels are the inner loops for one instruction set. Its vector functions (methods, so that the compiler
// sees that their arguments do not escape) take whole vectors only; the exported functions do the rest in
// plain Go.
type kernels struct {
	name       string
	lanes      int // elements in a vector
	rows, cols int // of the micro-kernel of the matrix product
	gemm       microKernel
	gemmNarrow microKernel // half as many columns, for the last ones; nil: there is none
	lowRows    int
	gemmLow    microKernel // of so many rows, for strips that the other one would leave empty in part; nil: there is none

	bfloat16 *kernels     // for products in bfloat16; nil: this kernel has none
	pairs    *pairKernels // of those: they multiply pairs; nil: this kernel multiplies values
}

// pairKernels are the micro-kernels of products with few rows, in bfloat16.
type pairKernels struct {
	few     fewKernel // several rows, a register of columns
	fewRow  fewKernel // a row, a register of columns
	fewWide fewKernel // a row, several registers of columns
}

// fewKernel computes rows of C = A B, or C +=, for an A of pairs whose element (i, p) is at i*aRow + p*aCol, and a B (k, columns) of
// float32. A mask says which columns there are.
type fewKernel func(k int, a *float32, aRow, aCol int, b *float32, ldb int, c *float32, ldc int, accumulate bool, mask *int32)

// microKernel computes C (rows, cols) = A (rows, k) B (k, cols), or C +=, for an A whose element (i, p) is at
// i*aRow + p*aCol and a B whose rows follow one another.
type microKernel func(k int, a *float32, aRow, aCol int, b, c *float32, ldc int, accumulate bool)

// Environment is the variable that forces a kernel: avx512, avx2 or go.
const Environment = "CTRZOO_KERNEL"

// active is the kernel in use, chosen once at start: the best that this processor has, unless Environment
// forces one.
var active, forceError = choose(os.Getenv(Environment))

func choose(name string) (*kernels, error) {
	have := available()
	if name == "" {
		return have[0], nil
	}
	var names []string
	for _, k := range have {
		if k.name == name {
			return k, nil
		}
		names = append(names, k.name)
	}
	return have[0], fmt.Errorf("kernel: %s=%s: this processor has %s", Environment, name, strings.Join(names, ", "))
}

// Name returns the name of the kernel in use: avx512, avx2 or go.
func Name() string { return active.name }

// Check returns an error if Environment forces a kernel that this processor does not have; the best one that
// it has is then in use.
func Check() error { return forceError }

// whole returns how many of n elements are in whole vectors.
func (k *kernels) whole(n int) int { return n &^ (k.lanes - 1) }

// plain is the kernel that every processor has. Its vectors are so long that no slice holds one, so that
// plain Go does everything.
func plain() *kernels {
	return &kernels{name: "go", lanes: 1 << 62, rows: 4, cols: 4, gemm: gemmPlain}
}
