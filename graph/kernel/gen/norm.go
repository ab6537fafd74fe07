package main

// moments: sums = the sum of x-shift and of its square, over n elements.
func (w *writer) moments() {
	w.begin("moments", "(x *float32, n int, shift float32, sums *[2]float32)", 32)
	w.pointers([]string{"x", "n"}, "SI", "CX")
	w.op("VBROADCASTSS shift+16(FP), %s", w.r(4))
	w.op("MOVQ sums+24(FP), DX")
	const sum, squares, x, t, shift = 0, 1, 2, 3, 4
	w.zero(w.r(sum))
	w.zero(w.r(squares))
	w.vectors("CX", []string{"SI"}, func() {
		w.load("SI", x)
		w.do("VSUBPS", shift, x, x)
		w.do("VADDPS", x, sum, sum)
		w.do("VFMADD231PS", x, x, squares)
	})
	w.addAcross(sum, t)
	w.addAcross(squares, t)
	w.op("VMOVSS X%d, (DX)", sum)
	w.op("VMOVSS X%d, 4(DX)", squares)
	w.end()
}

// normalize: out = (x-mean)*scale*gain + bias; p holds mean and scale.
func (w *writer) normalize() {
	w.begin("normalize", "(out, x, gain, bias *float32, n int, p *[2]float32)", 48)
	w.pointers([]string{"out", "x", "gain", "bias", "n", "p"}, "DI", "SI", "DX", "R8", "CX", "R9")
	const x, gain, bias, mean, scale = 0, 1, 2, 3, 4
	w.constants("R9", mean, 2)
	w.vectors("CX", []string{"DI", "SI", "DX", "R8"}, func() {
		w.load("SI", x)
		w.load("DX", gain)
		w.load("R8", bias)
		w.do("VSUBPS", mean, x, x)
		w.do("VMULPS", scale, x, x)
		w.do("VFMADD231PS", x, gain, bias)
		w.store(bias, "DI")
	})
	w.end()
}

// normalizeSums: with xhat = (x-mean)*scale and h = grad*gain: dgain += grad*xhat, dbias += grad,
// sums = the sum of h and of h*xhat.
func (w *writer) normalizeSums() {
	w.begin("normalizeSums", "(x, grad, gain, dgain, dbias *float32, n int, p, sums *[2]float32)", 64)
	w.pointers([]string{"x", "grad", "gain", "dgain", "dbias", "n", "p", "sums"}, "SI", "DI", "DX", "R8", "R10", "CX", "R9", "R11")
	const x, grad, gain, dgain, dbias, mean, scale, sum, product, t = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
	w.constants("R9", mean, 2)
	w.zero(w.r(sum))
	w.zero(w.r(product))
	w.vectors("CX", []string{"SI", "DI", "DX", "R8", "R10"}, func() {
		w.load("SI", x)
		w.load("DI", grad)
		w.load("DX", gain)
		w.load("R8", dgain)
		w.load("R10", dbias)
		w.do("VSUBPS", mean, x, x)
		w.do("VMULPS", scale, x, x)
		w.do("VFMADD231PS", grad, x, dgain)
		w.do("VADDPS", grad, dbias, dbias)
		w.do("VMULPS", grad, gain, gain)
		w.do("VADDPS", gain, sum, sum)
		w.do("VFMADD231PS", gain, x, product)
		w.store(dgain, "R8")
		w.store(dbias, "R10")
	})
	w.addAcross(sum, t)
	w.addAcross(product, t)
	w.op("VMOVSS X%d, (R11)", sum)
	w.op("VMOVSS X%d, 4(R11)", product)
	w.end()
}

// normalizeGrad: out = scale*(grad*gain - a - xhat*b); p holds mean, scale, a, b.
func (w *writer) normalizeGrad() {
	w.begin("normalizeGrad", "(out, x, grad, gain *float32, n int, p *[4]float32)", 48)
	w.pointers([]string{"out", "x", "grad", "gain", "n", "p"}, "DI", "SI", "DX", "R8", "CX", "R9")
	const x, grad, gain, mean, scale, a, b = 0, 1, 2, 3, 4, 5, 6
	w.constants("R9", mean, 4)
	w.vectors("CX", []string{"DI", "SI", "DX", "R8"}, func() {
		w.load("SI", x)
		w.load("DX", grad)
		w.load("R8", gain)
		w.do("VSUBPS", mean, x, x)
		w.do("VMULPS", scale, x, x)
		w.do("VMULPS", gain, grad, grad)
		w.do("VSUBPS", a, grad, grad)
		w.do("VFNMADD231PS", x, b, grad)
		w.do("VMULPS", scale, grad, grad)
		w.store(grad, "DI")
	})
	w.end()
}
