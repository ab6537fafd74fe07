//go:build !amd64

package kernel

func available() []*kernels { return []*kernels{plain()} }

// The plain kernel has no whole vectors, so its vector functions are never called.

func (*kernels) adam(_, _, _, _ *float32, _ int, _ *[9]float32) {}

func (*kernels) adamSettle(_, _, _ *float32, _ int, _, _ *float32, _ int, _ *[5]float32) {}

func (*kernels) adagrad(_, _, _ *float32, _ int, _ *[4]float32) {}

func (*kernels) reluGrad(_, _, _ *float32, _ int) {}

func (*kernels) axpy(_, _ *float32, _ int, _ float32) {}
