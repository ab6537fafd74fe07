package kernel

// The functions of this file take one row of a matrix whose columns are normalised; every slice has a value for each column.

// ColumnSquares adds (x-mean)^2 to squares.
func ColumnSquares(squares, x, mean []float32) {
	x, mean = x[:len(squares)], mean[:len(squares)]
	n := active.whole(len(squares))
	if n > 0 {
		active.columnSquares(&squares[0], &x[0], &mean[0], n)
	}
	for i := n; i < len(squares); i++ {
		d := x[i] - mean[i]
		squares[i] += d * d
	}
}

// ColumnNormalize computes out = (x-mean)*factor + bias.
func ColumnNormalize(out, x, mean, factor, bias []float32) {
	x, mean, factor, bias = x[:len(out)], mean[:len(out)], factor[:len(out)], bias[:len(out)]
	n := active.whole(len(out))
	if n > 0 {
		active.columnNormalize(&out[0], &x[0], &mean[0], &factor[0], &bias[0], n)
	}
	for i := n; i < len(out); i++ {
		out[i] = (x[i]-mean[i])*factor[i] + bias[i]
	}
}

// ColumnGradSums adds grad to sums, and grad*(x-mean) to products.
func ColumnGradSums(sums, products, x, grad, mean []float32) {
	products, x, grad, mean = products[:len(sums)], x[:len(sums)], grad[:len(sums)], mean[:len(sums)]
	n := active.whole(len(sums))
	if n > 0 {
		active.columnGradSums(&sums[0], &products[0], &x[0], &grad[0], &mean[0], n)
	}
	for i := n; i < len(sums); i++ {
		sums[i] += grad[i]
		products[i] += grad[i] * (x[i] - mean[i])
	}
}

// ColumnGrad computes dx = (grad - a - (x-mean)*b) * factor.
func ColumnGrad(dx, x, grad, mean, a, b, factor []float32) {
	x, grad, mean, a, b, factor = x[:len(dx)], grad[:len(dx)], mean[:len(dx)], a[:len(dx)], b[:len(dx)], factor[:len(dx)]
	n := active.whole(len(dx))
	if n > 0 {
		active.columnGrad(&dx[0], &x[0], &grad[0], &mean[0], &a[0], &b[0], &factor[0], n)
	}
	for i := n; i < len(dx); i++ {
		dx[i] = (grad[i] - a[i] - (x[i]-mean[i])*b[i]) * factor[i]
	}
}
