package kernel

import "math"

// A value in bfloat16 is the high half of a float32.

// Widen writes values in bfloat16 as float32, each multiplied by a factor. There are as many of both.
func Widen(dst []float32, values []uint16, factor float32) {
	dst = dst[:len(values)]
	n := active.whole(len(values))
	if n > 0 {
		active.widen(&dst[0], &values[0], n, factor)
	}
	for i := n; i < len(values); i++ {
		dst[i] = factor * math.Float32frombits(uint32(values[i])<<16)
	}
}

// RoundToNearest writes values as bfloat16, the nearest of each, and the even one of two that are as near. There are as many of both.
func RoundToNearest(dst []uint16, values []float32) {
	dst = dst[:len(values)]
	for i, v := range values {
		bits := math.Float32bits(v)
		if v != v {
			bits |= 1 << 22 // it stays no number without its low half
		} else {
			bits += 0x7fff + bits>>16&1
		}
		dst[i] = uint16(bits >> 16)
	}
}

// RoundAtRandom writes values as bfloat16. Each becomes one of its two neighbours, at random, so that its expectation is the value
// itself: what is too small to show in one step still counts over many. A value that bfloat16 has stays as it is. The seed decides, with
// every kernel alike. There are as many of both.
func RoundAtRandom(dst []uint16, values []float32, seed uint32) {
	dst = dst[:len(values)]
	n := active.whole(len(values))
	if n > 0 {
		var counters [16]uint32
		for i := range counters {
			counters[i] = seed + uint32(i)*counterStep
		}
		active.roundAtRandom(&dst[0], &values[0], n, &counters[0], &[3]uint32{uint32(active.lanes) * counterStep, hashFactor1, hashFactor2})
	}
	for i := n; i < len(values); i++ {
		dst[i] = uint16((math.Float32bits(values[i]) + roundingBits(seed, i)) >> 16)
	}
}

// counterStep is 2^32 divided by the golden ratio. It spreads numbers that follow one another.
const counterStep = 0x9e3779b9

// The factors of a hash of 32 bits in which every bit of the result depends on every bit of the number without a bias that shows:
// Wellons, Prospecting for hash functions, 2018.
const hashFactor1, hashFactor2 = 0x7feb352d, 0x846ca68b

// roundingBits returns 16 random bits for value i.
func roundingBits(seed uint32, i int) uint32 {
	x := seed + uint32(i)*counterStep
	x = (x ^ x>>16) * hashFactor1
	x = (x ^ x>>15) * hashFactor2
	return x >> 16
}
