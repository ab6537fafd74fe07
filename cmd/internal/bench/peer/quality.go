package peer

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo/bench/quality"
	"github.com/spf13/cobra"
)

// qualityOptions are the flags of "zoo bench quality".
type qualityOptions struct {
	catalogs *flags.Catalogs

	data, model string
	seeds       int
	rate, alpha float64
	python      string
	picture     string
	json        bool
	quality.Settings
}

// The programs that are compared. The last one does by the definition what the first one does.
const (
	ourAdamAR       = "zoo, AdamAR"
	ourAdam         = "zoo, Adam"
	torchSparse     = "PyTorch, SparseAdam"
	torchAdam       = "PyTorch, Adam"
	torchAlgorithm1 = "PyTorch, Algorithm 1"
)

// NewQualityCommand makes the verb quality, which compares the time to an AUC, and the AUC.
func NewQualityCommand(c *flags.Catalogs) *cobra.Command {
	o := qualityOptions{catalogs: c}
	cmd := &cobra.Command{
		Use:   "quality --data FOLDER",
		Short: "Compare with PyTorch the time to an AUC, and the AUC itself",
		Long: `Train a model with each seed by five programs, from the same initial weights, with the same samples in the same
order: here with AdamAR and with Adam, and in PyTorch with SparseAdam, with Adam, and with Algorithm 1 of the AdamAR paper as
it is printed, over all rows at every step. The table has for each program the seconds of training until it reaches the
highest AUC of the validation part that all of them reach. The last lines say how far our AdamAR is from Algorithm 1 in
PyTorch at any evaluation, and how far two seeds are from each other: they are the same method if the first is no more.

The data set is a folder of zoo prepare with a validation part, whose fields have one value each. The table is Markdown.

  zoo prepare --data amazon-last --split last-two --in reviews.json.gz --in meta.json.gz --out last
  zoo bench quality --data last --model dnn --learning-rate 0.002 --alpha 3e-4`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&o.data, "data", "", "folder of zoo prepare")
	f.StringVar(&o.model, "model", "dnn", "model: dnn, wdl, xdeepfm or wukong, with its own defaults")
	f.IntVar(&o.BatchSize, "batch-size", 512, "samples in a step")
	f.IntVar(&o.Epochs, "epochs", 4, "passes over the training part")
	f.IntVar(&o.Every, "every", 128, "steps of an epoch between evaluations")
	f.IntVar(&o.seeds, "seeds", 3, "number of seeds, from 1 on")
	f.Float64Var(&o.rate, "learning-rate", 1e-3, "learning rate of all programs")
	f.Float64Var(&o.alpha, "alpha", 1e-4, "strength of adaptive regularization")
	f.StringVar(&o.python, "python", "python3", "Python that has PyTorch")
	f.StringVar(&o.picture, "svg", "", "file for the curves as a picture")
	f.BoolVar(&o.json, "json", false, "print one JSON object for each curve")
	return cmd
}

// check refuses flags that cannot be meant.
func (o *qualityOptions) check() (err error) {
	switch {
	case o.data == "":
		return ui.Usagef("--data: name a folder of zoo prepare")
	case !slices.Contains([]string{"dnn", "wdl", "xdeepfm", "wukong"}, o.model):
		return ui.Usagef("--model: want dnn, wdl, xdeepfm or wukong, got %q", o.model)
	}
	if _, err := o.solver(ourAdamAR); err != nil {
		return ui.Usage(err)
	}
	o.Model, err = o.catalogs.Models.New(o.model, nil)
	return err
}

func (o *qualityOptions) run(cmd *cobra.Command) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	if o.Set, err = prepared.Open(cmd.Context(), o.data, prepared.Options{}); err != nil {
		return err
	}
	var curves []quality.Curve
	for seed := range o.seeds {
		o.Seed = uint64(seed) + 1
		of, err := o.compare(cmd)
		if err != nil {
			return err
		}
		curves = append(curves, of...)
	}
	if o.picture != "" {
		err := safefile.Replace(o.picture, func(w io.Writer) error { return quality.WriteChart(w, o.model, curves) })
		if err != nil {
			return err
		}
	}
	if o.json {
		return nil
	}
	return o.table(cmd.OutOrStdout(), curves)
}

// compare trains by all programs with a seed.
func (o *qualityOptions) compare(cmd *cobra.Command) (curves []quality.Curve, err error) {
	dir, err := scriptFolder()
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	recorder, err := o.solver(ourAdam)
	if err != nil {
		return nil, err
	}
	if err := o.Record(cmd.Context(), dir, recorder); err != nil {
		return nil, err
	}
	for _, program := range []string{ourAdamAR, ourAdam, torchSparse, torchAdam, torchAlgorithm1} {
		fmt.Fprintf(cmd.ErrOrStderr(), "zoo: seed %d: %s\n", o.Seed, program)
		c, err := o.curve(cmd, program, dir)
		if err != nil {
			return nil, err
		}
		if o.json {
			if err := json.NewEncoder(cmd.OutOrStdout()).Encode(c); err != nil {
				return nil, err
			}
		}
		curves = append(curves, c)
	}
	return curves, nil
}

// curve trains by a program.
func (o *qualityOptions) curve(cmd *cobra.Command, program, dir string) (quality.Curve, error) {
	if rule, ofTorch := map[string]string{torchSparse: "sparse", torchAdam: "dense", torchAlgorithm1: "algorithm1"}[program]; ofTorch {
		return o.ofTorch(cmd, program, rule, dir)
	}
	solver, err := o.solver(program)
	if err != nil {
		return quality.Curve{}, err
	}
	return o.Run(cmd.Context(), program, solver)
}

func (o *qualityOptions) solver(program string) (solvers.Solver, error) {
	if program == ourAdamAR {
		return solvers.NewAdamAR(solvers.WithLearnRate(o.rate), solvers.WithAlpha(o.alpha))
	}
	return solvers.NewAdam(solvers.WithLearnRate(o.rate))
}

// ofTorch trains in PyTorch.
func (o *qualityOptions) ofTorch(cmd *cobra.Command, program, rule, dir string) (quality.Curve, error) {
	script := filepath.Join(dir, "testdata/quality.py")
	points, err := torch[quality.Point](cmd, o.python, kernelsAVX512, script, dir, o.model, rule, fmt.Sprint(o.rate), fmt.Sprint(o.alpha))
	return quality.Curve{Program: program, Seed: o.Seed, Points: points}, err
}

// table writes what the curves say.
func (o *qualityOptions) table(w io.Writer, curves []quality.Curve) error {
	auc := quality.Reached(curves)
	fmt.Fprintf(w, "%s on %s, batch %d, %d epochs, %d seeds, %d threads each, kernel %s; AUC of the validation part.\n\n",
		o.model, filepath.Base(o.data), o.BatchSize, o.Epochs, o.seeds, runtime.GOMAXPROCS(0), kernel.Name())
	fmt.Fprintf(w, "| program | seconds to %.4f | CPU seconds | best AUC | last AUC |\n|---|---|---|---|---|\n", auc)
	for _, s := range quality.Summarize(curves, auc) {
		if _, err := fmt.Fprintf(w, "| %s | %.1f | %.1f | %.4f | %.4f |\n", s.Program, s.Seconds, s.CPUSeconds, s.Best, s.Last); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "\nLargest difference of AUC at any evaluation: our AdamAR and Algorithm 1 in PyTorch, same seed %s; two seeds of our AdamAR %s.\n",
		figure(quality.Largest(curves, ourAdamAR, torchAlgorithm1)), figure(quality.BetweenSeeds(curves, ourAdamAR)))
	return err
}

// figure writes a figure that may not exist.
func figure(x float64) string {
	if math.IsNaN(x) {
		return "-"
	}
	return fmt.Sprintf("%.1e", x)
}
