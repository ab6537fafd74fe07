//go:build !amd64

package kernel

func available() []*kernels { return []*kernels{plain()} }

// The plain kernel has no whole vectors, so nobody calls its vector functions.

func (*kernels) transpose(_ *float32, _ int, _ *float32, _, _, _ int, _, _ *int32) {}

func (*kernels) roundRows(_ *float32, _ int, _ *float32, _, _, _ int, _ *int32) {}

func (*kernels) pairRows(_ *float32, _ int, _ *float32, _, _ int, _ *int32) {}

func (*kernels) biasReLU(_, _ *float32, _ int) {}

func (*kernels) prefetch(_ *byte, _ int, _ *int32, _ int) {}

func (*kernels) adam(_, _, _, _ *float32, _ int, _ *[9]float32) {}

func (*kernels) adagrad(_, _, _ *float32, _ int, _ *[4]float32) {}

func (*kernels) adamRows(_, _, _, _ *float32, _ *int32, _, _ int, _, _ *float32, _ *[7]float32) {}

func (*kernels) adagradRows(_, _, _ *float32, _ *int32, _, _ int, _, _ *float32, _ *[2]float32) {}

func (*kernels) settleRows(_, _, _ *float32, _ *int32, _, _ int, _ *AdamGap, _ *[2]float32) {}

func (*kernels) gather(_, _ *float32, _ *int32, _, _ int) {}

func (*kernels) sumRows(_, _ *float32, _, _ *int32, _, _ int) {}

func (*kernels) reluGrad(_, _, _ *float32, _ int) {}

func (*kernels) axpy(_, _ *float32, _ int, _ float32) {}

func (*kernels) widen(_ *float32, _ *uint16, _ int, _ float32) {}

func (*kernels) roundAtRandom(_ *uint16, _ *float32, _ int, _ *uint32, _ *[3]uint32) {}

func (*kernels) scale(_ *float32, _ int, _ float32) {}

func (*kernels) small(_ int, _ *float32, _, _ int, _ *float32, _ int, _ *float32, _ int, _ bool, _ *int32) {
}

func (*kernels) smallRow(_ int, _ *float32, _, _ int, _ *float32, _ int, _ *float32, _ int, _ bool, _ *int32) {
}

func (*kernels) wide(_ int, _ *float32, _ int, _ *float32, _ int, _ *float32, _ bool) {}

func (*kernels) dots(_, _ int, _ *float32, _ int, _, _ *float32, _ *int32) {}

func (*kernels) normalize(_, _, _, _ *float32, _ *Norm, _, _ int, _ *int32, _ *[3]float64) {}

func (*kernels) normalizeRun(_, _, _, _ *float32, _ *Norm, _, _ int, _ *int32, _ *[3]float64) {}

func (*kernels) normalizeGrad(_, _, _, _ *float32, _ *Norm, _, _ *float32, _, _ int, _ *int32, _ *float64) {
}

func (*kernels) normalizeRunGrad(_, _, _, _ *float32, _ *Norm, _, _ *float32, _, _ int, _ *int32, _ *float64) {
}

func (*kernels) mul(_, _, _ *float32, _ int) {}

func (*kernels) mulAdd(_, _, _ *float32, _ int) {}

func (*kernels) relu(_, _ *float32, _ int) {}

func (*kernels) exp(_, _ *float32, _ int, _ *[12]float32) {}

func (*kernels) sigmoid(_, _ *float32, _ int, _ *[12]float32) {}

func (*kernels) erfcLog(_, _ *float32, _ int, _ *[12]float32) {}

func (*kernels) normalTail(_, _ *float32, _ int, _ *[12]float32) {}

func (*kernels) columnSquares(_, _, _ *float32, _ int) {}

func (*kernels) columnNormalize(_, _, _, _, _ *float32, _ int) {}

func (*kernels) columnGradSums(_, _, _, _, _ *float32, _ int) {}

func (*kernels) columnGrad(_, _, _, _, _, _, _ *float32, _ int) {}

func (*kernels) multiplyRows(_, _, _ *float32, _ int) {}

func (*kernels) outerColumns(_, _ *float32, _, _ int, _ *float32, _, _ int, _, _, _ *int32) {}

func (*kernels) reduceMap(_ int, _, _, _, _, _ *float32) {}

func (*kernels) penaltySteps(_, _, _ *float32, _ *AdamRate, _ int, _ *[9]float32, _, _ float32) int {
	return 0
}
