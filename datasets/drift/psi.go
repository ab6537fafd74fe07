package drift

import "math"

// PSI returns the population stability index of two counts of the same bins, in nats:
//
//	sum over the bins of (p - q) ln(p/q)
//
// where q is the share of a bin in the reference and p the one in what is compared with it. It is the divergence of
// Jeffreys, the sum of the two Kullback-Leibler divergences. A bin that is empty in both is left out. So that the
// others have a logarithm, a share is (count + 1/2) / (total + bins/2).
//
// By custom below 0.1 means no change, and above 0.25 a large one. Without any change it is not 0 either: for n and m
// values in B bins it is about (B-1)(1/n + 1/m). It is NaN if either has no values.
//
// References: N. Siddiqi, Credit Risk Scorecards, 2006; H. Jeffreys, An invariant form for the prior probability in
// estimation problems, 1946; B. Yurdakul, Statistical Properties of Population Stability Index, 2018.
func PSI(reference, compared []int) float64 {
	var n, m, bins int
	for i := range reference {
		n, m = n+reference[i], m+compared[i]
		if reference[i]+compared[i] > 0 {
			bins++
		}
	}
	if n == 0 || m == 0 {
		return math.NaN()
	}
	share := func(count, total int) float64 { return (float64(count) + 0.5) / (float64(total) + float64(bins)/2) }
	sum := 0.0
	for i := range reference {
		if reference[i]+compared[i] > 0 {
			q, p := share(reference[i], n), share(compared[i], m)
			sum += (p - q) * math.Log(p/q)
		}
	}
	return sum
}
