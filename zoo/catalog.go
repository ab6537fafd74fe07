package zoo

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/ctrzoo/ctrzoo/graph"
)

// ErrUnknownModel is wrapped by the error of New for a name that is not in the catalog.
var ErrUnknownModel = errors.New("unknown model")

// Hyperparameters are those of all models; a model takes what it has. Zero means the model's
// default, which its Entry lists.
type Hyperparameters struct {
	EmbeddingDim   int     `yaml:"embedding_dim" json:"embedding_dim,omitempty"`
	HiddenUnits    []int   `yaml:"hidden_units" json:"hidden_units,omitempty"`
	Dropout        float64 `yaml:"dropout" json:"dropout,omitempty"`
	CINUnits       []int   `yaml:"cin_units" json:"cin_units,omitempty"`
	SplitHalf      bool    `yaml:"split_half" json:"split_half,omitempty"`
	Layers         int     `yaml:"layers" json:"layers,omitempty"`
	FMBUnits       int     `yaml:"fmb_units" json:"fmb_units,omitempty"`
	LCBUnits       int     `yaml:"lcb_units" json:"lcb_units,omitempty"`
	Rank           int     `yaml:"rank" json:"rank,omitempty"`
	FMBHiddenUnits []int   `yaml:"fmb_hidden_units" json:"fmb_hidden_units,omitempty"`
}

// Entry describes a model of the zoo.
type Entry struct {
	Name            string
	Title           string
	Paper           string
	File            string   // in package zoo
	Hyperparameters []string // names, as flags of zoo train, with their defaults
	New             func(h Hyperparameters) Model
}

// common are the hyper-parameters of every model.
var common = []string{"embedding-dim=16", "hidden-units=128,64", "dropout=0"}

// Catalog lists the models.
func Catalog() []Entry {
	return []Entry{
		{
			Name: "dnn", Title: "multi-layer perceptron over the embeddings", File: "dnn.go",
			Paper: "Li and Lyu, ICLR 2026 (its first backbone)", Hyperparameters: common,
			New: func(h Hyperparameters) Model { return DNN{h.EmbeddingDim, h.HiddenUnits, h.Dropout} },
		},
		{
			Name: "wdl", Title: "Wide & Deep", File: "wdl.go",
			Paper: "Cheng et al., DLRS 2016", Hyperparameters: common,
			New: func(h Hyperparameters) Model { return WDL{h.EmbeddingDim, h.HiddenUnits, h.Dropout} },
		},
		{
			Name: "xdeepfm", Title: "compressed interaction network, linear part and MLP", File: "xdeepfm.go",
			Paper:           "Lian et al., KDD 2018",
			Hyperparameters: with("cin-units=32,32", "split-half=false"),
			New: func(h Hyperparameters) Model {
				return XDeepFM{h.EmbeddingDim, h.HiddenUnits, h.Dropout, h.CINUnits, h.SplitHalf}
			},
		},
		{
			Name: "wukong", Title: "stacked factorization machines", File: "wukong.go",
			Paper:           "Zhang et al., ICML 2024",
			Hyperparameters: with("layers=2", "fmb-units=8", "lcb-units=8", "rank=8", "fmb-hidden-units=64"),
			New: func(h Hyperparameters) Model {
				return WuKong{h.EmbeddingDim, h.HiddenUnits, h.Dropout, h.Layers, h.FMBUnits, h.LCBUnits, h.Rank, h.FMBHiddenUnits}
			},
		},
	}
}

// Size is the number of values in dense weights and in tables of the model, with its default
// hyper-parameters, over the given fields. It draws the weights to count them.
func (e Entry) Size(fields []graph.Field) (dense, tables int, err error) {
	w := graph.NewWeights(rand.New(rand.NewPCG(0, 0)))
	defer w.Free()
	b := graph.NewBuilder(1, fields, w)
	e.New(Hyperparameters{}).Logit(b)
	dense, tables = w.Count()
	return dense, tables, b.Err()
}

// with are the common hyper-parameters and more.
func with(more ...string) []string { return append(append([]string(nil), common...), more...) }

// New makes the model of a name.
func New(name string, h Hyperparameters) (Model, error) {
	var known []string
	for _, e := range Catalog() {
		if e.Name == name {
			return e.New(h), nil
		}
		known = append(known, e.Name)
	}
	return nil, fmt.Errorf("%w %q; known: %s", ErrUnknownModel, name, strings.Join(known, ", "))
}
