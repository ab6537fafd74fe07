package peer

import (
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/zoo/bench"
)

// errSlowPeer is the error of a comparison with a PyTorch that has no optimised BLAS.
var errSlowPeer = errors.New("this PyTorch has no optimised BLAS")

// leastShare is the least share of our GFLOP/s that an optimised BLAS has. The reference BLAS has 2 %.
const leastShare = 0.1

// torchName is what a PyTorch says of itself.
type torchName struct {
	Version   string   `json:"torch"`
	Threads   int      `json:"threads"`
	BLAS      string   `json:"blas"`      // that it was built with
	Libraries []string `json:"libraries"` // of linear algebra that it has loaded, where the system tells
}

// blasRecord names the programs of a comparison.
type blasRecord struct {
	torchName
	AVX2   float64 `json:"torch_avx2_gflops"`
	AVX512 float64 `json:"torch_avx512_gflops"`
	Zoo    float64 `json:"zoo_gflops"`
	Kernel string  `json:"kernel"`
	ONNX   string  `json:"onnxruntime,omitempty"` // version, if it is compared
}

// blas names the BLAS of PyTorch, and refuses a slow one.
func (c *comparison) blas() error {
	r := blasRecord{Zoo: bench.PeakGflops(kernel.Float32), Kernel: kernel.Name(), ONNX: c.runtime}
	for _, with := range []struct {
		kernels kernels
		gflops  *float64
	}{{kernelsAVX2, &r.AVX2}, {kernelsAVX512, &r.AVX512}} {
		said, err := only(torch[struct {
			torchName
			Gflops float64 `json:"gflops"`
		}](c.cmd, c.python, with.kernels, c.script("blas.py")))
		if err != nil {
			return err
		}
		r.torchName, *with.gflops = said.torchName, said.Gflops
	}
	if err := r.check(); err != nil && !c.anyBLAS {
		return err
	}
	return c.print(&r)
}

// check finds a PyTorch that no comparison with says anything.
func (r *blasRecord) check() error {
	if best := max(r.AVX2, r.AVX512); best < leastShare*r.Zoo {
		return fmt.Errorf("%w: %s multiplies matrices at %.0f GFLOP/s, ours are at %.0f; install a PyTorch with OpenBLAS (Debian: libopenblas0-pthread), MKL or oneDNN, or give --any-blas",
			errSlowPeer, r.name(), best, r.Zoo)
	}
	return nil
}

func (r *blasRecord) name() string {
	name := fmt.Sprintf("PyTorch %s, BLAS %s", r.Version, r.BLAS)
	if len(r.Libraries) > 0 {
		name += ": " + strings.Join(r.Libraries, ", ")
	}
	return name
}

// String writes a paragraph of Markdown.
func (r *blasRecord) String() string {
	return fmt.Sprintf("%s.\n\n| GFLOP/s of a product of matrices, %d threads | |\n|---|---|\n| zoo, kernel %s | %.0f |\n| PyTorch, AVX2 | %.0f |\n| PyTorch, AVX-512 | %.0f |\n",
		r.name(), runtime.GOMAXPROCS(0), r.Kernel, r.Zoo, r.AVX2, r.AVX512)
}
