package kernel

import "math"

// AllFinite reports whether x holds neither NaN nor infinity: whether no exponent is all ones.
func AllFinite(x []float32) bool {
	const exponent = 0x7f800000
	var most [4]uint32 // four at a time, which do not wait for each other
	for ; len(x) >= 4; x = x[4:] {
		most[0] = max(most[0], math.Float32bits(x[0])&exponent)
		most[1] = max(most[1], math.Float32bits(x[1])&exponent)
		most[2] = max(most[2], math.Float32bits(x[2])&exponent)
		most[3] = max(most[3], math.Float32bits(x[3])&exponent)
	}
	for _, v := range x {
		most[0] = max(most[0], math.Float32bits(v)&exponent)
	}
	return max(most[0], most[1], most[2], most[3]) < exponent
}
