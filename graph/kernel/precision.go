package kernel

import (
	"errors"
	"fmt"
)

// Precision is that of the factors of a matrix product. Sums are float32 in any case, and so is everything that is no matrix product.
type Precision uint8

const (
	Float32 Precision = iota // the factors as they are
	// BFloat16 rounds the factors to bfloat16, which has the range of float32 and 8 of its 24 bits, to the nearest and to even where
	// two are as near. It needs a processor with AVX512_BF16; on others products are those of Float32, see Available.
	//
	// A product with fewer than 16 columns or an inner dimension below 16, such as that of a layer of one unit, stays float32: to round
	// its factors takes longer than it saves. So do SmallGemm and Dots.
	BFloat16
)

// ErrPrecision is wrapped by the error of what is no precision.
var ErrPrecision = errors.New("unknown precision")

// ErrUnavailable is wrapped by the error of a precision that the kernel in use does not have.
var ErrUnavailable = errors.New("is not available")

var precisionNames = []string{Float32: "float32", BFloat16: "bf16"}

// ParsePrecision returns the precision of a name, float32 or bf16.
func ParsePrecision(name string) (Precision, error) {
	for p, known := range precisionNames {
		if name == known {
			return Precision(p), nil
		}
	}
	return Float32, fmt.Errorf("%w %q: want float32 or bf16", ErrPrecision, name)
}

// String returns the name of the precision.
func (p Precision) String() string {
	if int(p) < len(precisionNames) {
		return precisionNames[p]
	}
	return fmt.Sprintf("Precision(%d)", uint8(p))
}

// Check returns an error that wraps ErrPrecision if there is no such precision.
func (p Precision) Check() error {
	_, err := ParsePrecision(p.String())
	return err
}

// MarshalText writes the name.
func (p Precision) MarshalText() ([]byte, error) { return []byte(p.String()), p.Check() }

// UnmarshalText reads a name.
func (p *Precision) UnmarshalText(name []byte) (err error) {
	*p, err = ParsePrecision(string(name))
	return err
}

// Available returns an error that wraps ErrUnavailable if products of the precision are float32, because the processor lacks the
// instruction, or because Environment forces a kernel without it.
func (p Precision) Available() error {
	if p == p.InUse() {
		return nil
	}
	return fmt.Errorf("precision %v %w: kernel %s has no AVX512_BF16", p, ErrUnavailable, active.name)
}

// InUse returns the precision that products of p have: Float32 for BFloat16 if that is not available.
func (p Precision) InUse() Precision {
	if p == BFloat16 && active.bfloat16 != nil {
		return BFloat16
	}
	return Float32
}
