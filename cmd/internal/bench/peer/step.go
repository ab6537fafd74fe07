package peer

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo/bench"
)

// stepCase is a comparison of training steps: a model and a batch size.
type stepCase struct {
	model string
	batch int
	steps int // of PyTorch in a round
}

var stepCases = []stepCase{
	{"dnn", 1024, 40}, {"wdl", 1024, 40}, {"wukong", 1024, 15}, {"xdeepfm", 256, 10}, {"xdeepfm", 1024, 5},
	{"masknet", 1024, 20}, {"autoint", 1024, 10}, {"din", 1024, 10}, {"finalnet", 1024, 20}, {"dnn", 4096, 12},
	{"lr", 1024, 40}, {"fm", 1024, 40}, {"deepfm", 1024, 40}, {"dcnv2", 1024, 20}, {"finalmlp", 1024, 20}, {"rankmixer", 1024, 20},
}

// peers are the models that have a peer.
func peers() (list []string) {
	for _, c := range stepCases {
		if !slices.Contains(list, c.model) {
			list = append(list, c.model)
		}
	}
	return list
}

// stepRecord compares training steps.
type stepRecord struct {
	Model     string `json:"model"`
	BatchSize int    `json:"batch_size"`
	times
}

// String writes a row of a table.
func (s *stepRecord) String() string {
	return fmt.Sprintf("| %s | %d |%s", s.Model, s.BatchSize, s.ofTorch(2))
}

// steps compares training steps.
func (c *comparison) steps() error {
	c.say("Fastest step in ms (rounds: %d).\n", c.rounds)
	c.say("| model | batch | zoo | PyTorch, AVX2 | ratio | PyTorch, AVX-512 | ratio |")
	c.say("|---|---|---|---|---|---|---|")
	for _, of := range stepCases {
		if !slices.Contains(c.models, of.model) {
			continue
		}
		least, err := c.alternate(torchAndZoo(
			func(with kernels) (figures, error) { return step(c.torchStep(with, of)) },
			func() (figures, error) { return step(fastestStep(c.cmd.Context(), of)) },
		))
		if err != nil {
			return err
		}
		if err := c.print(&stepRecord{of.model, of.batch, *least["step"]}); err != nil {
			return err
		}
	}
	return nil
}

// step names the time of a step.
func step(took float64, err error) (figures, error) {
	return figures{"step": took}, err
}

// algorithm1Record compares our step with Algorithm 1 as it is printed.
type algorithm1Record struct {
	Model      string  `json:"model"`
	BatchSize  int     `json:"batch_size"`
	Algorithm1 float64 `json:"algorithm1_ms"`
	Zoo        float64 `json:"zoo_ms"`
}

// String writes a sentence.
func (r *algorithm1Record) String() string {
	return fmt.Sprintf("\nAlgorithm 1 over all 1000000 rows at every step, as printed, in PyTorch: %s, batch %d, %.0f ms, %.1fx of ours (%.2f ms).",
		r.Model, r.BatchSize, r.Algorithm1, r.Algorithm1/r.Zoo, r.Zoo)
}

// algorithm1 compares with PyTorch doing what AdamAR is defined as: every row at every step.
func (c *comparison) algorithm1() error {
	of := stepCase{"dnn", 1024, 5}
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
	return c.print(&algorithm1Record{of.model, of.batch, dense, ours})
}

// torchStep takes steps of PyTorch and returns the fastest, in milliseconds.
func (c *comparison) torchStep(with kernels, of stepCase, more ...string) (float64, error) {
	args := append([]string{c.script("torch_step.py"), of.model, strconv.Itoa(of.batch), strconv.Itoa(of.steps)}, more...)
	said, err := only(torch[struct {
		WallMinimum float64 `json:"wall_min_ms"`
	}](c.cmd, c.python, with, args...))
	return said.WallMinimum, err
}

// fastestStep measures a second of our own steps, in milliseconds.
func fastestStep(ctx context.Context, of stepCase) (float64, error) {
	solver, err := solvers.NewAdamAR()
	if err != nil {
		return 0, err
	}
	figures, err := bench.StepBenchmark{
		Model: bench.Models()[of.model], Solver: solver, BatchSize: of.batch, Seconds: 1, WarmUp: 10, History: bench.HistoryOf(of.model),
	}.Run(ctx)
	if err != nil {
		return 0, err
	}
	return figures.WallMinimum, nil
}
