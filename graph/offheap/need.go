package offheap

import (
	"fmt"
	"math"
	"math/bits"
)

// Need is how many bytes something takes. It does not overflow: what is more than a uint64 holds is the largest one.
type Need uint64

// Times returns the need of so many bytes for each of a product of counts. A negative count needs all there is.
func Times(bytes uint64, counts ...int) Need {
	for _, n := range counts {
		high, low := bits.Mul64(bytes, uint64(n))
		if n < 0 || high > 0 {
			return math.MaxUint64
		}
		bytes = low
	}
	return Need(bytes)
}

// And returns the sum of two needs.
func (n Need) And(other Need) Need {
	sum, carry := bits.Add64(uint64(n), uint64(other), 0)
	if carry > 0 {
		return math.MaxUint64
	}
	return Need(sum)
}

// small is what is not worth a look at how much memory is available.
const small = 1 << 20

// Check returns an error that wraps ErrTooLarge and has both sums, if more is needed than is available: to the system,
// and to the control groups that the process is in.
func (n Need) Check() error {
	if n < small {
		return nil
	}
	if free, known := available(); known && uint64(n) > free || n > math.MaxInt64 {
		return fmt.Errorf("%w: %s needed, %d available", ErrTooLarge, n, free)
	}
	return nil
}

// String returns the number of bytes.
func (n Need) String() string {
	if n == math.MaxUint64 {
		return "more than 2^64 bytes"
	}
	return fmt.Sprintf("%d bytes", uint64(n))
}
