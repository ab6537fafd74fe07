package flags

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/spf13/pflag"
)

// Model holds the flags of a model: its name, its hyper-parameters, and how its embeddings start.
type Model struct {
	flags *pflag.FlagSet
	all   []zoo.Entry
	Name  string
	zoo.Hyperparameters
	init string
}

// hyperparameterFlags are the flags of hyper-parameters.
var hyperparameterFlags = []string{
	"embedding-dim", "hidden-units", "dropout", "cin-units", "split-half",
	"layers", "fmb-units", "lcb-units", "rank", "fmb-hidden-units",
}

// AddModel adds the flags of a model.
func AddModel(flags *pflag.FlagSet, c *Catalogs) *Model {
	m := &Model{flags: flags, all: c.Models}
	flags.StringVar(&m.Name, "model", "dnn", "model; zoo models lists them")
	flags.IntVar(&m.EmbeddingDim, "embedding-dim", 16, "values in an embedding")
	flags.IntSliceVar(&m.HiddenUnits, "hidden-units", []int{128, 64}, "units of each hidden layer")
	flags.Float64Var(&m.Dropout, "dropout", 0, "share of hidden values dropped in training, in [0, 1)")
	flags.IntSliceVar(&m.CINUnits, "cin-units", []int{32, 32}, "xdeepfm: maps of each layer of the CIN")
	flags.BoolVar(&m.SplitHalf, "split-half", false, "xdeepfm: half of a layer's maps feed the next, half the output")
	flags.IntVar(&m.Layers, "layers", 2, "wukong: layers of the stack")
	flags.IntVar(&m.FMBUnits, "fmb-units", 8, "wukong: vectors that the factorization machine block makes")
	flags.IntVar(&m.LCBUnits, "lcb-units", 8, "wukong: vectors that the linear compress block makes")
	flags.IntVar(&m.Rank, "rank", 0, "wukong: rank of the interaction; 0 means 8, or the number of fields")
	flags.IntSliceVar(&m.FMBHiddenUnits, "fmb-hidden-units", []int{64}, "wukong: units of the block's hidden layers")
	flags.StringVar(&m.init, "embedding-init", "normal:0.01", "start of embeddings: normal:STD, uniform:LIMIT or zeros")
	return m
}

// Check returns what is wrong with the flags.
func (m *Model) Check() error {
	if _, err := m.New(); err != nil {
		return fmt.Errorf("--model: %w", err)
	}
	for _, flag := range []string{"embedding-dim", "layers", "fmb-units", "lcb-units"} {
		if v, _ := m.flags.GetInt(flag); v < 1 {
			return fmt.Errorf("--%s must be at least 1, got %d", flag, v)
		}
	}
	for _, flag := range []string{"hidden-units", "cin-units", "fmb-hidden-units"} {
		units, _ := m.flags.GetIntSlice(flag)
		for _, n := range units {
			if n < 1 {
				return fmt.Errorf("--%s must be at least 1, got %d", flag, n)
			}
		}
	}
	if !(m.Dropout >= 0 && m.Dropout < 1) {
		return fmt.Errorf("--dropout must be in [0, 1), got %v", m.Dropout)
	}
	if _, err := m.Initializer(); err != nil {
		return err
	}
	return m.checkApplies()
}

// checkApplies finds a flag that is for other models.
func (m *Model) checkApplies() error {
	for _, e := range m.all {
		if e.Name != m.Name {
			continue
		}
		for _, flag := range hyperparameterFlags {
			has := slices.ContainsFunc(e.Hyperparameters, func(h string) bool { return strings.HasPrefix(h, flag+"=") })
			if m.flags.Changed(flag) && !has {
				return fmt.Errorf("--%s does not apply to --model %s", flag, m.Name)
			}
		}
	}
	return nil
}

// New makes the model that the flags describe.
func (m *Model) New() (zoo.Model, error) { return zoo.New(m.Name, m.Hyperparameters) }

// Initializer reads --embedding-init.
func (m *Model) Initializer() (graph.Initializer, error) {
	kind, text, _ := strings.Cut(m.init, ":")
	if kind == "zeros" && text == "" {
		return graph.Zeros(), nil
	}
	size, err := strconv.ParseFloat(text, 64)
	if err == nil && size > 0 && size < 1e6 {
		switch kind {
		case "normal":
			return graph.Normal(size), nil
		case "uniform":
			return graph.Uniform(size), nil
		}
	}
	return nil, fmt.Errorf("--embedding-init: want normal:STD, uniform:LIMIT or zeros, got %q", m.init)
}
