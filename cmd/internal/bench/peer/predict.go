package peer

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"

	"github.com/ctrzoo/ctrzoo/zoo/bench"
	"github.com/ctrzoo/ctrzoo/zoo/bench/tape"
	"github.com/ctrzoo/ctrzoo/zoo/export/verify"
)

// recordedModels are those that recorded.py has with our weights.
var recordedModels = []string{"dnn", "wdl", "wukong", "xdeepfm"}

// A prediction is a number of samples in a call, or a part of a data set in batches.
type prediction struct {
	name    string
	samples int // in a call, or in a batch of the part
	isPart  bool
}

// usual are the predictions that are compared.
func usual() []prediction {
	return []prediction{{"1", 1, false}, {"100", 100, false}, {"1000", 1000, false}, {"part", 1024, true}}
}

// predictionRecord compares predictions.
type predictionRecord struct {
	Model   string `json:"model"`
	Samples int    `json:"samples"` // of a call, or of the whole part
	Part    bool   `json:"part"`
	times
}

// String writes a row of a table.
func (p *predictionRecord) String() string {
	what := strconv.Itoa(p.Samples)
	if p.Part {
		what = "part of " + what
	}
	return fmt.Sprintf("| %s | %s |%s%s", p.Model, what, p.ofTorch(3), p.ratio(p.ONNXRuntime, 3))
}

// recorded are the models whose predictions are compared.
func (c *comparison) recorded() []string {
	return slices.DeleteFunc(slices.Clone(recordedModels), func(name string) bool { return !slices.Contains(c.models, name) })
}

// predictions compares predictions.
func (c *comparison) predictions() error {
	list := c.recorded()
	if len(list) == 0 {
		return nil
	}
	c.say("\nPredictions of samples in one call, the median call, and of a part in batches of 1024, the fastest pass, in ms, the best of all (rounds: %d).\n", c.rounds)
	c.say("| model | samples | zoo | PyTorch, AVX2 | ratio | PyTorch, AVX-512 | ratio | ONNX Runtime %s | ratio |", c.runtime)
	c.say("|---|---|---|---|---|---|---|---|---|")
	for _, name := range list {
		if err := c.predict(name); err != nil {
			return fmt.Errorf("predictions of %s: %w", name, err)
		}
	}
	return nil
}

// predict compares predictions of a model.
func (c *comparison) predict(name string) error {
	b := bench.PredictBenchmark{Model: bench.Models()[name], Rows: c.rows, Seconds: c.seconds}
	folder, err := c.record(b)
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	programs := torchAndZoo(
		func(with kernels) (figures, error) { return c.torchPredictions(with, name, folder) },
		func() (figures, error) { return c.ourPredictions(b) },
	)
	if c.modules != "" {
		programs = append(programs, program{(*times).onnxRuntime, func() (figures, error) { return c.onnxPredictions(folder) }})
	}
	least, err := c.alternate(programs)
	if err != nil {
		return err
	}
	for _, p := range c.compared {
		r := predictionRecord{name, p.samples, p.isPart, *least[p.name]}
		if p.isPart {
			r.Samples *= len(b.Batches())
		}
		if err := c.print(&r); err != nil {
			return err
		}
	}
	return nil
}

// record writes what the other programs need to a new folder.
func (c *comparison) record(b bench.PredictBenchmark) (folder string, err error) {
	t, err := b.Trained()
	if err != nil {
		return "", err
	}
	defer t.Weights.Free()
	var calls []tape.Calls
	for _, p := range c.compared {
		b.BatchSize = p.samples
		calls = append(calls, tape.Calls{Name: p.name, Batches: b.Batches(), Part: p.isPart})
	}
	if folder, err = os.MkdirTemp(c.dir, "predictions-"); err != nil {
		return "", err
	}
	return folder, tape.WritePredictions(folder, t, calls...)
}

// ourPredictions measures ours.
func (c *comparison) ourPredictions(b bench.PredictBenchmark) (figures, error) {
	ctx, took := c.cmd.Context(), figures{}
	for _, p := range c.compared {
		b.BatchSize = p.samples
		if p.isPart {
			f, err := b.Evaluate(ctx)
			if err != nil {
				return nil, err
			}
			took[p.name] = f.Pass
			continue
		}
		f, err := b.Run(ctx)
		if err != nil {
			return nil, err
		}
		took[p.name] = f.Median / 1e3
	}
	return took, nil
}

// namedTime is what a script prints of a prediction.
type namedTime struct {
	Name         string  `json:"name"`
	Milliseconds float64 `json:"ms"`
}

func byName(list []namedTime, err error) (figures, error) {
	took := figures{}
	for _, t := range list {
		took[t.Name] = t.Milliseconds
	}
	return took, err
}

// torchPredictions measures those of PyTorch.
func (c *comparison) torchPredictions(with kernels, model, folder string) (figures, error) {
	return byName(torch[namedTime](c.cmd, c.python, with, c.script("predict.py"), folder, model, fmt.Sprint(c.seconds), fmt.Sprint(verify.Tolerance)))
}

// onnxPredictions measures those of ONNX Runtime.
func (c *comparison) onnxPredictions(folder string) (figures, error) {
	node := exec.CommandContext(c.cmd.Context(), "node", c.script("onnx.cjs"), c.modules, folder,
		strconv.Itoa(runtime.GOMAXPROCS(0)), fmt.Sprint(c.seconds), fmt.Sprint(verify.Tolerance))
	took, err := byName(printed[namedTime](c.cmd, node))
	if err != nil {
		return nil, fmt.Errorf("ONNX Runtime: %w", err)
	}
	return took, nil
}

// findRuntime finds ONNX Runtime and its version, if it is there.
func (c *comparison) findRuntime() error {
	if len(c.recorded()) == 0 {
		return nil
	}
	modules, err := verify.FindRuntime()
	if err != nil {
		_, err = fmt.Fprintf(c.cmd.ErrOrStderr(), "zoo: predictions are not compared with ONNX Runtime: %v\n", err)
		return err
	}
	text, err := os.ReadFile(filepath.Join(modules, "onnxruntime-node", "package.json"))
	if err != nil {
		return err
	}
	var installed struct{ Version string }
	if err := json.Unmarshal(text, &installed); err != nil {
		return fmt.Errorf("ONNX Runtime: its package.json: %w", err)
	}
	c.modules, c.runtime = modules, installed.Version
	return nil
}
