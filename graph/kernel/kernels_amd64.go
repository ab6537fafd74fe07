package kernel

import "golang.org/x/sys/cpu"

// available lists the kernels of this processor, the best first.
func available() []*kernels {
	var list []*kernels
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasFMA {
		list = append(list, &kernels{name: "avx512", lanes: 16, rows: 14, cols: 32, gemm: gemmAVX512})
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		list = append(list, &kernels{name: "avx2", lanes: 8, rows: 6, cols: 16, gemm: gemmAVX2})
	}
	return append(list, plain())
}

func (k *kernels) isAVX512() bool { return k.lanes == 16 }

func (k *kernels) adam(w, grad, m, v *float32, n int, p *[9]float32) {
	if k.isAVX512() {
		adamAVX512(w, grad, m, v, n, p)
		return
	}
	adamAVX2(w, grad, m, v, n, p)
}

func (k *kernels) adamSettle(w, m, v *float32, n int, weights, scales *float32, terms int, p *[5]float32) {
	if k.isAVX512() {
		adamSettleAVX512(w, m, v, n, weights, scales, terms, p)
		return
	}
	adamSettleAVX2(w, m, v, n, weights, scales, terms, p)
}

func (k *kernels) adagrad(w, grad, v *float32, n int, p *[4]float32) {
	if k.isAVX512() {
		adagradAVX512(w, grad, v, n, p)
		return
	}
	adagradAVX2(w, grad, v, n, p)
}

func (k *kernels) reluGrad(dst, out, grad *float32, n int) {
	if k.isAVX512() {
		reluGradAVX512(dst, out, grad, n)
		return
	}
	reluGradAVX2(dst, out, grad, n)
}

func (k *kernels) axpy(dst, src *float32, n int, s float32) {
	if k.isAVX512() {
		axpyAVX512(dst, src, n, s)
		return
	}
	axpyAVX2(dst, src, n, s)
}
