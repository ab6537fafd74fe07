package statedict

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/internal/safeyaml"
	"github.com/goccy/go-yaml"
)

// Mapping says which tensors of a state dict are which weights of a model. As YAML:
//
//	fields:
//	  deep: embedding.{field}.weight
//	weights:
//	  - {to: mlp/*/weight, from: mlp.*.weight, transpose: true}
//	  - {to: mlp/*/bias, from: mlp.*.bias}
type Mapping struct {
	// Fields are, by the name of an embedding of the model, the tensors of its fields; {field} is a field's name. That of a
	// number has one row, or, as the weight of a torch.nn.Linear(1, dim), one column.
	Fields map[string]string `yaml:"fields"`
	// Weights are all other weights.
	Weights []Entry `yaml:"weights"`
	// Zero are tensors for which the model has no weight; they must be zero. A * is any text.
	Zero []string `yaml:"zero,omitempty"`
}

// Entry is a weight, or several: a * in both names matches the weights in the order of the model, and the tensors in the order
// of the numbers in their names. There must be as many of these as of those.
type Entry struct {
	To   string `yaml:"to"`
	From string `yaml:"from"`
	// Transpose exchanges the two dimensions, as the weight of a torch.nn.Linear needs it.
	Transpose bool `yaml:"transpose,omitempty"`
	// FieldsFirst is for the weight of a CIN whose outer products are numbered by field first, then by map.
	FieldsFirst bool `yaml:"fields_first,omitempty"`
	// Add adds the tensor to the weight, which another entry fills.
	Add bool `yaml:"add,omitempty"`
}

// ErrMapping is wrapped by the error of a mapping that does not fit the tensors or the model.
var ErrMapping = errors.New("the mapping does not fit")

//go:embed mappings
var mappings embed.FS

// FuxiCTR returns the mapping of a model of FuxiCTR, by the name of the model of the zoo.
func FuxiCTR(model string) (*Mapping, error) {
	text, err := mappings.ReadFile("mappings/fuxictr_" + model + ".yaml")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("statedict: there is no mapping of FuxiCTR for %q; there are: %s", model, strings.Join(fuxiCTRModels(), ", "))
	}
	if err != nil {
		return nil, err
	}
	return parse(text)
}

func fuxiCTRModels() (names []string) {
	files, _ := mappings.ReadDir("mappings") // is there
	for _, f := range files {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(f.Name(), "fuxictr_"), ".yaml"))
	}
	slices.Sort(names)
	return names
}

// LoadMapping reads a mapping from a YAML file.
func LoadMapping(path string) (*Mapping, error) {
	text, err := safefile.ReadInput(path)
	if err != nil {
		return nil, fmt.Errorf("statedict: mapping: %w", err)
	}
	m, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("statedict: mapping: %s: %w", path, err)
	}
	return m, nil
}

func parse(text []byte) (*Mapping, error) {
	var m Mapping
	err := safeyaml.Decode(text, &m, yaml.Strict())
	return &m, err
}
