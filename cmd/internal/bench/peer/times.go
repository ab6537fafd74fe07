package peer

import "fmt"

// times are the least milliseconds of programs that do the same; 0 is a program that did not.
type times struct {
	Zoo         float64 `json:"zoo_ms"`
	AVX2        float64 `json:"torch_avx2_ms"`
	AVX512      float64 `json:"torch_avx512_ms"`
	ONNXRuntime float64 `json:"onnxruntime_ms,omitempty"`
}

func (t *times) zoo() *float64         { return &t.Zoo }
func (t *times) avx2() *float64        { return &t.AVX2 }
func (t *times) avx512() *float64      { return &t.AVX512 }
func (t *times) onnxRuntime() *float64 { return &t.ONNXRuntime }

// ofTorch writes our time, and those of PyTorch with their ratios to ours, as cells of a table.
func (t *times) ofTorch(decimals int) string {
	return fmt.Sprintf(" %.*f |%s%s", decimals, t.Zoo, t.ratio(t.AVX2, decimals), t.ratio(t.AVX512, decimals))
}

// ratio writes a time and its ratio to ours as cells of a table.
func (t *times) ratio(theirs float64, decimals int) string {
	if theirs == 0 {
		return " - | - |"
	}
	return fmt.Sprintf(" %.*f | %.2fx |", decimals, theirs, theirs/t.Zoo)
}

// figures are milliseconds by the name of what a program did.
type figures map[string]float64

// program is one of those that are compared.
type program struct {
	time func(*times) *float64 // that is its own
	run  func() (figures, error)
}

// torchAndZoo are the programs of every comparison.
func torchAndZoo(torch func(with kernels) (figures, error), zoo func() (figures, error)) []program {
	return []program{
		{(*times).avx2, func() (figures, error) { return torch(kernelsAVX2) }},
		{(*times).avx512, func() (figures, error) { return torch(kernelsAVX512) }},
		{(*times).zoo, zoo},
	}
}

// alternate lets programs take turns, and returns their least times by the name of what they did.
func (c *comparison) alternate(programs []program) (map[string]*times, error) {
	least := map[string]*times{}
	for range c.rounds {
		for _, p := range programs {
			took, err := p.run()
			if err != nil {
				return nil, err
			}
			for what, ms := range took {
				if least[what] == nil {
					least[what] = &times{}
				}
				if best := p.time(least[what]); *best == 0 || ms < *best {
					*best = ms
				}
			}
		}
	}
	return least, nil
}
