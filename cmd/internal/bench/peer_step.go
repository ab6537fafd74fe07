package bench

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo/bench"
)

// peerCase is one comparison of training steps: a model and a batch size.
type peerCase struct {
	model string
	batch int
	steps int // of PyTorch in a round
}

var peerCases = []peerCase{
	{"dnn", 1024, 40}, {"wdl", 1024, 40}, {"wukong", 1024, 15}, {"xdeepfm", 256, 10}, {"xdeepfm", 1024, 5},
	{"masknet", 1024, 20}, {"autoint", 1024, 10}, {"din", 1024, 10}, {"finalnet", 1024, 20}, {"dnn", 4096, 12},
	{"lr", 1024, 40}, {"fm", 1024, 40}, {"deepfm", 1024, 40}, {"dcnv2", 1024, 20}, {"finalmlp", 1024, 20}, {"rankmixer", 1024, 20},
}

// peerModels are the models that have a peer.
func peerModels() (list []string) {
	for _, c := range peerCases {
		if !slices.Contains(list, c.model) {
			list = append(list, c.model)
		}
	}
	return list
}

// peerTimes are the least times of programs that do the same.
type peerTimes struct {
	Zoo    float64 `json:"zoo_ms"`
	AVX2   float64 `json:"torch_avx2_ms"`
	AVX512 float64 `json:"torch_avx512_ms"`
}

// noTimes are those of no round yet.
func noTimes() peerTimes { return peerTimes{math.Inf(1), math.Inf(1), math.Inf(1)} }

// cells writes the times and their ratios to ours as cells of a table.
func (t peerTimes) cells(decimals int) string {
	cells := fmt.Sprintf(" %.*f |", decimals, t.Zoo)
	for _, theirs := range []float64{t.AVX2, t.AVX512} {
		cells += fmt.Sprintf(" %.*f | %.2fx |", decimals, theirs, theirs/t.Zoo)
	}
	return cells
}

// peerStep compares training steps.
type peerStep struct {
	Model     string `json:"model"`
	BatchSize int    `json:"batch_size"`
	peerTimes
}

// String writes a row of a table.
func (s *peerStep) String() string {
	return fmt.Sprintf("| %s | %d |%s", s.Model, s.BatchSize, s.cells(2))
}

// steps compares training steps.
func (c *comparison) steps() error {
	c.say("Fastest step in ms of %d rounds.\n", c.rounds)
	c.say("| model | batch | zoo | PyTorch, AVX2 | ratio | PyTorch, AVX-512 | ratio |")
	c.say("|---|---|---|---|---|---|---|")
	for _, of := range peerCases {
		if !slices.Contains(c.models, of.model) {
			continue
		}
		times, err := c.alternate(of)
		if err != nil {
			return err
		}
		if err := c.print(&peerStep{of.model, of.batch, times}); err != nil {
			return err
		}
	}
	return nil
}

// alternate takes steps of all programs in turns, and returns the fastest.
func (c *comparison) alternate(of peerCase) (peerTimes, error) {
	best := noTimes()
	for range c.rounds {
		for _, peer := range []struct {
			kernels kernels
			best    *float64
		}{{kernelsAVX2, &best.AVX2}, {kernelsAVX512, &best.AVX512}} {
			took, err := c.torchStep(peer.kernels, of)
			if err != nil {
				return best, err
			}
			*peer.best = min(*peer.best, took)
		}
		ours, err := fastestStep(c.cmd.Context(), of)
		if err != nil {
			return best, err
		}
		best.Zoo = min(best.Zoo, ours)
	}
	return best, nil
}

// denseRecord compares our step with Algorithm 1 as it is printed.
type denseRecord struct {
	Model      string  `json:"model"`
	BatchSize  int     `json:"batch_size"`
	Algorithm1 float64 `json:"algorithm1_ms"`
	Zoo        float64 `json:"zoo_ms"`
}

// String writes a sentence.
func (r *denseRecord) String() string {
	return fmt.Sprintf("\nAlgorithm 1 over all 1000000 rows at every step, as printed, in PyTorch: %s, batch %d, %.0f ms, %.1fx of ours (%.2f ms).",
		r.Model, r.BatchSize, r.Algorithm1, r.Algorithm1/r.Zoo, r.Zoo)
}

// algorithm1 compares with PyTorch doing what AdamAR is defined as: every row at every step.
func (c *comparison) algorithm1() error {
	of := peerCase{"dnn", 1024, 5}
	if !slices.Contains(c.models, of.model) {
		return nil
	}
	ours, err := fastestStep(c.cmd.Context(), of)
	if err != nil {
		return err
	}
	dense, err := c.torchStep(kernelsAVX512, of, "algorithm1")
	if err != nil {
		return err
	}
	return c.print(&denseRecord{of.model, of.batch, dense, ours})
}

// torchStep takes steps of PyTorch and returns the fastest, in milliseconds.
func (c *comparison) torchStep(with kernels, of peerCase, more ...string) (float64, error) {
	args := append([]string{c.script("torch_step.py"), of.model, strconv.Itoa(of.batch), strconv.Itoa(of.steps)}, more...)
	said, err := only(torch[struct {
		WallMinimum float64 `json:"wall_min_ms"`
	}](c.cmd, c.python, with, args...))
	return said.WallMinimum, err
}

// fastestStep measures a second of our own steps, in milliseconds.
func fastestStep(ctx context.Context, of peerCase) (float64, error) {
	solver, err := solvers.NewAdamAR()
	if err != nil {
		return 0, err
	}
	figures, err := bench.StepBenchmark{
		Model: models()[of.model], Solver: solver, BatchSize: of.batch, Seconds: 1, WarmUp: 10, History: historyOf(of.model),
	}.Run(ctx)
	if err != nil {
		return 0, err
	}
	return figures.WallMinimum, nil
}
