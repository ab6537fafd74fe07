package bench

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo/bench"
	"github.com/spf13/cobra"
)

//go:embed testdata/peer/*.py
var torchScripts embed.FS

// peerCase is one comparison: a model and a batch size.
type peerCase struct {
	model string
	batch int
	steps int // of PyTorch in a round
}

var peerCases = []peerCase{
	{"dnn", 1024, 40}, {"wdl", 1024, 40}, {"wukong", 1024, 15}, {"xdeepfm", 256, 10},
	{"masknet", 1024, 20}, {"autoint", 1024, 10}, {"din", 1024, 10}, {"finalnet", 1024, 20}, {"dnn", 4096, 12},
	{"lr", 1024, 40}, {"fm", 1024, 40}, {"deepfm", 1024, 40}, {"dcnv2", 1024, 20}, {"finalmlp", 1024, 20}, {"rankmixer", 1024, 20},
}

// peerOptions are the flags of "zoo bench peer".
type peerOptions struct {
	python string
	rounds int
}

func newPeerCommand() *cobra.Command {
	var o peerOptions
	cmd := &cobra.Command{
		Use:   "peer",
		Short: "Compare training steps with PyTorch's",
		Long: `Compare the fastest training step with AdamAR with PyTorch's with SparseAdam, in the shapes of "zoo
bench step". The programs alternate, so that both meet the same noise. PyTorch runs twice in each round:
with the AVX2 kernels of OpenBLAS and with those for AVX-512. Its default depends on the processor and
on its version. It keeps its memory from step to step. The table is Markdown.`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	cmd.Flags().StringVar(&o.python, "python", "python3", "Python that has PyTorch")
	cmd.Flags().IntVar(&o.rounds, "rounds", 5, "number of times that the programs alternate")
	return cmd
}

func (o *peerOptions) run(cmd *cobra.Command) error {
	dir, err := torchFolder()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	script := filepath.Join(dir, "testdata/peer/torch_step.py")
	out := cmd.OutOrStdout()
	threads := runtime.GOMAXPROCS(0)
	fmt.Fprintf(out, "Fastest step in ms of %d rounds, %d threads each, kernel %s.\n\n", o.rounds, threads, kernel.Name())
	fmt.Fprintln(out, "| model | batch | zoo | PyTorch, AVX2 | ratio | PyTorch, AVX-512 | ratio |")
	fmt.Fprintln(out, "|---|---|---|---|---|---|---|")
	for _, c := range peerCases {
		ours, avx2, avx512, err := o.alternate(cmd, script, c)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "| %s | %d | %.2f | %.2f | %.2fx | %.2f | %.2fx |\n", c.model, c.batch, ours, avx2, avx2/ours, avx512, avx512/ours)
	}
	return o.algorithm1(cmd, script)
}

// The kernels of OpenBLAS that are compared, by the names that OpenBLAS has for them.
const (
	kernelsAVX2   = "Haswell"
	kernelsAVX512 = "SkylakeX"
)

// alternate runs both programs in turns, and returns the fastest steps of ours and of PyTorch with either
// kernels.
func (o *peerOptions) alternate(cmd *cobra.Command, script string, c peerCase) (ours, avx2, avx512 float64, err error) {
	ours, avx2, avx512 = math.Inf(1), math.Inf(1), math.Inf(1)
	for range o.rounds {
		for _, peer := range []struct {
			kernels string
			best    *float64
		}{{kernelsAVX2, &avx2}, {kernelsAVX512, &avx512}} {
			wall, err := o.torch(cmd, script, peer.kernels, c)
			if err != nil {
				return 0, 0, 0, err
			}
			*peer.best = min(*peer.best, wall)
		}
		wall, err := fastestStep(cmd.Context(), c.model, c.batch)
		if err != nil {
			return 0, 0, 0, err
		}
		ours = min(ours, wall)
	}
	return ours, avx2, avx512, nil
}

// algorithm1 compares with PyTorch doing what AdamAR is defined as: every row at every step.
func (o *peerOptions) algorithm1(cmd *cobra.Command, script string) error {
	c := peerCase{"dnn", 1024, 5}
	ours, err := fastestStep(cmd.Context(), c.model, c.batch)
	if err != nil {
		return err
	}
	dense, err := o.torch(cmd, script, kernelsAVX512, c, "algorithm1")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "\nAlgorithm 1 over all %d rows at every step, as printed, in PyTorch: %s, batch %d, %.0f ms, %.1fx of ours (%.2f ms).\n",
		1_000_000, c.model, c.batch, dense, dense/ours, ours)
	return err
}

// keepMemory makes the allocator of glibc keep the memory that PyTorch frees. Where fresh pages are
// expensive, as on some virtual machines, PyTorch is several times faster with it.
var keepMemory = []string{"MALLOC_MMAP_THRESHOLD_=4000000000", "MALLOC_TRIM_THRESHOLD_=8000000000", "MALLOC_TOP_PAD_=1000000000"}

// torch runs the script with some kernels of OpenBLAS and returns its fastest step.
func (o *peerOptions) torch(cmd *cobra.Command, script, kernels string, of peerCase, more ...string) (float64, error) {
	text, err := torchOutput(cmd, o.python, kernels, append([]string{script, of.model, strconv.Itoa(of.batch), strconv.Itoa(of.steps)}, more...)...)
	if err != nil {
		return 0, err
	}
	var figures struct {
		WallMinimum float64 `json:"wall_min_ms"`
	}
	if err := json.NewDecoder(text).Decode(&figures); err != nil {
		return 0, fmt.Errorf("%s: %w", script, err)
	}
	return figures.WallMinimum, nil
}

// torchFolder returns a new temporary folder that has the scripts.
func torchFolder() (string, error) {
	dir, err := os.MkdirTemp("", "zoo-bench-torch-")
	if err != nil {
		return "", err
	}
	if err := os.CopyFS(dir, torchScripts); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}

// torchOutput runs a Python that has PyTorch, with some kernels of OpenBLAS, and returns what it prints.
func torchOutput(cmd *cobra.Command, python, kernels string, args ...string) (io.Reader, error) {
	c := exec.CommandContext(cmd.Context(), python, args...)
	ofOpenBLAS := func(variable string) bool { return strings.HasPrefix(variable, "OPENBLAS_") }
	c.Env = append(slices.DeleteFunc(os.Environ(), ofOpenBLAS), keepMemory...)
	c.Env = append(c.Env, fmt.Sprintf("OMP_NUM_THREADS=%d", runtime.GOMAXPROCS(0)), "OPENBLAS_CORETYPE="+kernels)
	c.Stderr = cmd.ErrOrStderr()
	text, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("%s with PyTorch: %w; --python names another one", python, err)
	}
	return bytes.NewReader(text), nil
}

// fastestStep measures a second of our own steps.
func fastestStep(ctx context.Context, model string, batch int) (float64, error) {
	solver, err := solvers.NewAdamAR()
	if err != nil {
		return 0, err
	}
	figures, err := bench.StepBenchmark{
		Model: models()[model], Solver: solver, BatchSize: batch, Seconds: 1, WarmUp: 10, History: historyOf(model),
	}.Run(ctx)
	if err != nil {
		return 0, err
	}
	return figures.WallMinimum, nil
}
