package main

// The functions of this file take a row of a matrix whose columns are normalised: mean, scale and the rest have a value for
// each column.

// columnSquares: squares += (x-mean)^2.
func (w *writer) columnSquares() {
	w.begin("columnSquares", "(squares, x, mean *float32, n int)", 32)
	w.pointers([]string{"squares", "x", "mean", "n"}, "DI", "SI", "DX", "CX")
	const squares, x, mean = 0, 1, 2
	w.vectors("CX", []string{"DI", "SI", "DX"}, func() {
		w.load("DI", squares)
		w.load("SI", x)
		w.load("DX", mean)
		w.do("VSUBPS", mean, x, x)
		w.do("VFMADD231PS", x, x, squares)
		w.store(squares, "DI")
	})
	w.end()
}

// columnNormalize: out = (x-mean)*factor + bias.
func (w *writer) columnNormalize() {
	w.begin("columnNormalize", "(out, x, mean, factor, bias *float32, n int)", 48)
	w.pointers([]string{"out", "x", "mean", "factor", "bias", "n"}, "DI", "SI", "DX", "R8", "R9", "CX")
	const x, mean, factor, bias = 0, 1, 2, 3
	w.vectors("CX", []string{"DI", "SI", "DX", "R8", "R9"}, func() {
		w.load("SI", x)
		w.load("DX", mean)
		w.load("R8", factor)
		w.load("R9", bias)
		w.do("VSUBPS", mean, x, x)
		w.do("VFMADD231PS", x, factor, bias)
		w.store(bias, "DI")
	})
	w.end()
}

// columnGradSums: sums += grad, products += grad*(x-mean).
func (w *writer) columnGradSums() {
	w.begin("columnGradSums", "(sums, products, x, grad, mean *float32, n int)", 48)
	w.pointers([]string{"sums", "products", "x", "grad", "mean", "n"}, "DI", "DX", "SI", "R8", "R9", "CX")
	const sums, products, x, grad, mean = 0, 1, 2, 3, 4
	w.vectors("CX", []string{"DI", "DX", "SI", "R8", "R9"}, func() {
		w.load("DI", sums)
		w.load("DX", products)
		w.load("SI", x)
		w.load("R8", grad)
		w.load("R9", mean)
		w.do("VSUBPS", mean, x, x)
		w.do("VADDPS", grad, sums, sums)
		w.do("VFMADD231PS", grad, x, products)
		w.store(sums, "DI")
		w.store(products, "DX")
	})
	w.end()
}

// columnGrad: dx = (grad - a - (x-mean)*b) * factor.
func (w *writer) columnGrad() {
	w.begin("columnGrad", "(dx, x, grad, mean, a, b, factor *float32, n int)", 64)
	w.pointers([]string{"dx", "x", "grad", "mean", "a", "b", "factor", "n"}, "DI", "SI", "DX", "R8", "R9", "R10", "R11", "CX")
	const x, grad, mean, a, b, factor = 0, 1, 2, 3, 4, 5
	w.vectors("CX", []string{"DI", "SI", "DX", "R8", "R9", "R10", "R11"}, func() {
		w.load("SI", x)
		w.load("DX", grad)
		w.load("R8", mean)
		w.load("R9", a)
		w.load("R10", b)
		w.load("R11", factor)
		w.do("VSUBPS", mean, x, x)
		w.do("VSUBPS", a, grad, grad)
		w.do("VFNMADD231PS", x, b, grad)
		w.do("VMULPS", factor, grad, grad)
		w.store(grad, "DI")
	})
	w.end()
}
