package cmd

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/known"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
)

// noLogit lets a struct be a model of which only the fields matter.
type noLogit struct{}

func (noLogit) Logit(*graph.Builder) *gorgonia.Node { return nil }

// Models with fields that are wrong.
type (
	outFlag struct {
		noLogit
		Out int
	}
	helpFlag struct {
		noLogit
		Help bool
	}
	rateFlag struct {
		noLogit
		LearningRate float64
	}
	halfFlag struct {
		noLogit
		HalfLife int
	}
	badRange struct {
		noLogit
		Units int `range:"[1"`
	}
	badType struct {
		noLogit
		Dropout int
	}
	dnn struct{ noLogit }
)

func TestAWrongExtensionIsAnErrorAtTheStart(t *testing.T) {
	parameter := func(name string) []solvers.Entry {
		list := []solvers.Parameter{{Name: name, Meaning: "nothing"}}
		return []solvers.Entry{{Name: "mine", Parameters: list, New: func(...solvers.Option) (solvers.Solver, error) { return nil, nil }}}
	}
	for want, z := range map[string]Zoo{
		"hyper-parameter cmd.outFlag.Out: its flag --out is already a flag of the command train":                     {Models: []zoo.Model{outFlag{}}},
		"hyper-parameter cmd.helpFlag.Help: its flag --help is already a flag of the command train":                  {Models: []zoo.Model{helpFlag{}}},
		"hyper-parameter cmd.rateFlag.LearningRate: its flag --learning-rate is already a flag of the command train": {Models: []zoo.Model{rateFlag{}}},
		"hyper-parameter cmd.halfFlag.HalfLife: its flag --half-life is already a flag of the command train":         {Models: []zoo.Model{halfFlag{}}},
		`cmd.badRange.Units: range:"[1"`:           {Models: []zoo.Model{badRange{}}},
		"cmd.badType.Dropout":                      {Models: []zoo.Model{badType{}}},
		"models zoo.DNN and cmd.dnn have one name": {Models: []zoo.Model{dnn{}}},
		"parameter rounds of solver mine: its flag --rounds is already a flag of the command ranks":             {Solvers: parameter("rounds")},
		"parameter model of solver mine: its flag --model is already a flag of the command train":               {Solvers: parameter("model")},
		"parameter bucket_decay of solver mine: its flag --bucket-decay is already a flag of the command train": {Solvers: parameter("bucket_decay")},
		`own entry 0 ("adam")`:                          {Solvers: []solvers.Entry{{Name: "adam"}}},
		"a model is nil":                                {Models: []zoo.Model{nil}},
		`two metrics have the name "auc"`:               {Metrics: []metrics.Metric{{Name: "auc", Measure: func(metrics.Predictions) float64 { return 0 }}}},
		`two data sets have the name "avazu"`:           {Data: []known.Entry{ownLog("avazu")}},
		`metric 3 ("lift") needs a name and a function`: {Metrics: []metrics.Metric{{Name: "lift"}}},
	} {
		var out, stderr bytes.Buffer
		require.Equal(t, 2, z.Run(t.Context(), []string{"models"}, &out, &stderr), want)
		require.Contains(t, stderr.String(), want)
		require.Empty(t, out.String())
	}
}

// ownLog is a data set of one's own that is read from files.
func ownLog(name string) known.Entry {
	return known.Entry{Name: name, Schema: func(encode.Choices) (*schema.Schema, error) {
		return &schema.Schema{Label: "y", Fields: []schema.Field{{Name: "a"}}}, nil
	}}
}

func TestDataSetsOfOnesOwn(t *testing.T) {
	drawn := known.Entry{Name: "drawn", Draw: func(ctx context.Context, c encode.Choices) (*datasets.Set, error) {
		return synthetic.Open(ctx, synthetic.Options{TrainRows: 500, TestRows: 100, ValidRows: 100, Seed: c.Seed})
	}}
	z := Zoo{Data: []known.Entry{ownLog("shop"), drawn}}
	log := filepath.Join(t.TempDir(), "log.csv")
	require.NoError(t, os.WriteFile(log, []byte("y,a\n"+strings.Repeat("1,p\n0,q\n", 50)), 0o600))
	out, records := filepath.Join(t.TempDir(), "shop"), filepath.Join(t.TempDir(), "records.jsonl")
	grid := filepath.Join(t.TempDir(), "grid.yaml")
	require.NoError(t, os.WriteFile(grid, []byte("title: own\ndata: [{name: drawn}]\nmodels: [dnn]\nmethods: [{solver: adam}]\nseeds: [1]\nepochs: 1\n"), 0o600))
	for _, args := range [][]string{
		{"train", "--data", "shop", "--train", log, "--epochs", "1", "--batch-size", "20", "--json"},
		{"train", "--data", "drawn", "--epochs", "1", "--batch-size", "100", "--json"},
		{"prepare", "--data", "shop", "--in", log, "--out", out},
		{"train", "--data", out, "--epochs", "1", "--batch-size", "20", "--json"},
		{"experiment", grid, "--records", records},
		{"verify", records},
	} {
		var stdout, stderr bytes.Buffer
		require.Zero(t, z.Run(t.Context(), args, &stdout, &stderr), stderr.String())
	}
	for args, want := range map[string]string{
		"train --data drawn --train x":        "--data drawn is drawn, not read: leave out --train",
		"train --data shop":                   "--train: give at least one file",
		"train --data other --train x":        `--data: unknown data set "other"; known: synthetic, avazu, criteo, ipinyou, ipinyou-libsvm, lzd, amazon, amazon-last, shop, drawn`,
		"prepare --data drawn --in x --out y": "say what the columns of the log are; known data: avazu, criteo, ipinyou, ipinyou-libsvm, lzd, amazon, amazon-last, shop",
	} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, 2, z.Run(t.Context(), strings.Fields(args), &stdout, &stderr), args)
		require.Contains(t, stderr.String(), want)
	}
}
