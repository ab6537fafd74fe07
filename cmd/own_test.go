package cmd

import (
	"bytes"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
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
	for want, z := range map[string]Zoo{
		"hyper-parameter cmd.outFlag.Out: its flag --out is already a flag of zoo train":                     {Models: []zoo.Model{outFlag{}}},
		"hyper-parameter cmd.helpFlag.Help: its flag --help is already a flag of zoo train":                  {Models: []zoo.Model{helpFlag{}}},
		"hyper-parameter cmd.rateFlag.LearningRate: its flag --learning-rate is already a flag of zoo train": {Models: []zoo.Model{rateFlag{}}},
		"hyper-parameter cmd.halfFlag.HalfLife: its flag --half-life is already a flag of zoo train":         {Models: []zoo.Model{halfFlag{}}},
		`cmd.badRange.Units: range:"[1"`:                {Models: []zoo.Model{badRange{}}},
		"cmd.badType.Dropout":                           {Models: []zoo.Model{badType{}}},
		"models zoo.DNN and cmd.dnn have one name":      {Models: []zoo.Model{dnn{}}},
		"a model is nil":                                {Models: []zoo.Model{nil}},
		`two metrics have the name "auc"`:               {Metrics: []metrics.Metric{{Name: "auc", Measure: func(metrics.Predictions) float64 { return 0 }}}},
		`metric 3 ("lift") needs a name and a function`: {Metrics: []metrics.Metric{{Name: "lift"}}},
	} {
		var out, stderr bytes.Buffer
		require.Equal(t, 2, z.Run(t.Context(), []string{"models"}, &out, &stderr), want)
		require.Contains(t, stderr.String(), want)
		require.Empty(t, out.String())
	}
}
