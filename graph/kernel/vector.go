package kernel

// Add computes dst += src.
func Add(dst, src []float32) { Axpy(dst, src, 1) }

// Axpy computes dst += s*src.
func Axpy(dst, src []float32, s float32) {
	src = src[:len(dst)]
	n := active.whole(len(dst))
	if n > 0 {
		active.axpy(&dst[0], &src[0], n, s)
	}
	for i := n; i < len(dst); i++ {
		dst[i] += s * src[i]
	}
}

// Scale computes dst *= s.
func Scale(dst []float32, s float32) {
	n := active.whole(len(dst))
	if n > 0 {
		active.scale(&dst[0], n, s)
	}
	for i := n; i < len(dst); i++ {
		dst[i] *= s
	}
}

// Mul computes dst = a*b, element by element.
func Mul(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	n := active.whole(len(dst))
	if n > 0 {
		active.mul(&dst[0], &a[0], &b[0], n)
	}
	for i := n; i < len(dst); i++ {
		dst[i] = a[i] * b[i]
	}
}

// MulAdd computes dst += a*b, element by element.
func MulAdd(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	n := active.whole(len(dst))
	if n > 0 {
		active.mulAdd(&dst[0], &a[0], &b[0], n)
	}
	for i := n; i < len(dst); i++ {
		dst[i] += a[i] * b[i]
	}
}

// ReLU computes dst = max(x, 0).
func ReLU(dst, x []float32) {
	x = x[:len(dst)]
	n := active.whole(len(dst))
	if n > 0 {
		active.relu(&dst[0], &x[0], n)
	}
	for i := n; i < len(dst); i++ {
		dst[i] = max(x[i], 0)
	}
}

// ReLUGrad computes dst = grad where out > 0, else 0; dst may be grad.
func ReLUGrad(dst, out, grad []float32) {
	out, grad = out[:len(dst)], grad[:len(dst)]
	n := active.whole(len(dst))
	if n > 0 {
		active.reluGrad(&dst[0], &out[0], &grad[0], n)
	}
	for i := n; i < len(dst); i++ {
		v := grad[i]
		if !(out[i] > 0) {
			v = 0
		}
		dst[i] = v
	}
}

// ColumnSums computes dst (columns) = the sum of the rows of x (rows, columns), in their order.
func ColumnSums(dst, x []float32, rows, columns int) {
	clear(dst[:columns])
	for r := range rows {
		Add(dst[:columns], x[r*columns:])
	}
}

// biasReLU computes dst = max(dst+bias, 0).
func biasReLU(dst, bias []float32) {
	bias = bias[:len(dst)]
	n := active.whole(len(dst))
	if n > 0 {
		active.biasReLU(&dst[0], &bias[0], n)
	}
	for i := n; i < len(dst); i++ {
		dst[i] = max(dst[i]+bias[i], 0)
	}
}
