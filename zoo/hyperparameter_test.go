package zoo

import (
	"encoding/json"
	"math"
	"os"
	"regexp"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
)

// mine has a hyper-parameter of each kind, and a model within.
type mine struct {
	DNN
	Experts   int    `default:"4" range:"[1, 8]" help:"experts"`
	Gate      string `default:"softmax" range:"softmax|sigmoid" help:"how they are mixed"`
	Residual  bool   `help:"add the input"`
	FMMUnits  []int  `default:"3,2" range:"(0, inf)"`
	Callbacks func() // no hyper-parameter
	//lint:ignore U1000 no hyper-parameter
	private int
}

func (m mine) Logit(*graph.Builder) *gorgonia.Node { return nil }

func TestHyperparametersAreThoseOfTheStruct(t *testing.T) {
	c, err := NewCatalog(mine{})
	require.NoError(t, err)
	e, err := c.Find("mine")
	require.NoError(t, err)
	var names, defaults []string
	for _, h := range e.Hyperparameters {
		names, defaults = append(names, h.Name), append(defaults, h.DefaultText())
	}
	require.Equal(t, []string{"embedding_dim", "hidden_units", "dropout", "experts", "gate", "residual", "fmm_units"}, names)
	require.Equal(t, []string{"16", "128,64", "0", "4", "softmax", "false", "3,2"}, defaults)
	require.Equal(t, "int", e.Hyperparameter("experts").Kind())
	require.Equal(t, "values in an embedding", e.Hyperparameter("embedding_dim").Help)
	require.Nil(t, e.Hyperparameter("rank"))
}

func TestNamesOfFieldsInSnakeCase(t *testing.T) {
	for field, want := range map[string]string{
		"EmbeddingDim": "embedding_dim", "CINUnits": "cin_units", "FMBHiddenUnits": "fmb_hidden_units", "Rank": "rank",
		"L2": "l2", "UseBN": "use_bn", "N": "n",
	} {
		require.Equal(t, want, snake(field))
	}
}

func TestDefaultsAreFilledInAndRangesChecked(t *testing.T) {
	complete, err := Complete(mine{DNN: DNN{HiddenUnits: []int{}}, Experts: 8})
	require.NoError(t, err)
	require.Equal(t, 16, complete.(mine).EmbeddingDim)
	require.Empty(t, complete.(mine).HiddenUnits, "an empty list is not the default")
	require.Equal(t, 8, complete.(mine).Experts)
	require.Equal(t, []int{3, 2}, complete.(mine).FMMUnits)
	pointer, err := Complete(&mine{})
	require.NoError(t, err)
	require.Equal(t, "softmax", pointer.(*mine).Gate)
	_, err = Complete((*mine)(nil))
	require.NoError(t, err, "a nil pointer is all defaults")
	for want, m := range map[string]Model{
		"zoo.mine.Experts: experts must be in [1, 8], got 9":                     mine{Experts: 9},
		"zoo.mine.EmbeddingDim: embedding_dim must be at least 1, got -1":        mine{DNN: DNN{EmbeddingDim: -1}},
		"zoo.mine.FMMUnits: fmm_units must be in (0, inf), got 0":                mine{FMMUnits: []int{1, 0}},
		`zoo.mine.Gate: gate must be one of softmax, sigmoid, got "relu"`:        mine{Gate: "relu"},
		"zoo.DNN.Dropout: dropout must be in [0, 1), got 1":                      DNN{Dropout: 1},
		"zoo.DNN.Dropout: dropout must be in [0, 1), got NaN":                    DNN{Dropout: math.NaN()},
		"zoo.WuKong.FMBHiddenUnits: fmb_hidden_units must be at least 1, got -3": &WuKong{FMBHiddenUnits: []int{-3}},
	} {
		_, err := Complete(m)
		require.ErrorIs(t, err, ErrHyperparameter)
		require.ErrorContains(t, err, want)
	}
}

// Models with tags that cannot be used.
type (
	badDefault struct {
		mine
		Size int `default:"many"`
	}
	badRange struct {
		mine
		Size int `range:"1 to 3"`
	}
	emptyRange struct {
		mine
		Size int `range:"[3, 1]"`
	}
	defaultOutOfRange struct {
		mine
		Size int `default:"5" range:"[1, 3]"`
	}
	taggedFunction struct {
		mine
		Size func() `help:"a function"`
	}
	taggedPrivate struct {
		mine
		//lint:ignore U1000 its tag is found
		size int `help:"a secret"`
	}
	otherType struct {
		mine
		Layers float64
	}
	notAStruct int
)

func (notAStruct) Logit(*graph.Builder) *gorgonia.Node { return nil }

func TestCatalogsThatCannotBeMade(t *testing.T) {
	for want, own := range map[string][]Model{
		`zoo.badDefault.Size: size: want a whole number, got "many"`:     {badDefault{}},
		`zoo.badRange.Size: range:"1 to 3": want an interval`:            {badRange{}},
		`zoo.emptyRange.Size: range:"[3, 1]"`:                            {emptyRange{}},
		"zoo.defaultOutOfRange.Size: size must be in [1, 3], got 5":      {defaultOutOfRange{}},
		"zoo.taggedFunction.Size: a field with tags must be exported":    {taggedFunction{}},
		"zoo.taggedPrivate.size: a field with tags must be exported":     {taggedPrivate{}},
		"zoo.otherType.Layers: layers is float64, but int in zoo.WuKong": {otherType{}},
		"models zoo.mine and *zoo.mine have one name, mine":              {mine{}, &mine{}},
		"models zoo.DNN and zoo.DNN have one name, dnn":                  {DNN{}},
		"model zoo.notAStruct is no struct":                              {notAStruct(1)},
		"a model is nil":                                                 {nil},
	} {
		_, err := NewCatalog(own...)
		require.ErrorIs(t, err, ErrCatalog)
		require.ErrorContains(t, err, want)
	}
}

func TestModelsFromSettings(t *testing.T) {
	c, err := NewCatalog(&mine{})
	require.NoError(t, err)
	var s Settings
	require.NoError(t, yaml.Unmarshal([]byte("rank: 3\ngate: sigmoid\nhidden_units: [9]\ndropout: 0.5\nembedding_dim: 0\n"), &s))
	m, err := c.New("mine", s)
	require.NoError(t, err)
	require.Equal(t, &mine{DNN: DNN{HiddenUnits: []int{9}, Dropout: 0.5}, Gate: "sigmoid"}, m, "rank is WuKong's")
	normal, err := c.Normal(s)
	require.NoError(t, err)
	text, err := json.Marshal(normal)
	require.NoError(t, err)
	require.Equal(t, `{"hidden_units":[9],"dropout":0.5,"rank":3,"gate":"sigmoid"}`, string(text))
	var again Settings
	require.NoError(t, json.Unmarshal(text, &again))
	second, err := json.Marshal(again)
	require.NoError(t, err)
	require.Equal(t, string(text), string(second))

	for want, bad := range map[string]Settings{
		`no model has "rnak"`: {{"rnak", 3}},
		"zoo.mine.HiddenUnits: hidden_units: want a list of whole numbers": {{"hidden_units", "x"}},
		"zoo.mine.Gate: gate must be one of":                               {{"gate", "tanh"}},
		"want a whole number, got 1.5":                                     {{"experts", 1.5}},
	} {
		_, err := c.New("mine", bad)
		require.ErrorIs(t, err, ErrHyperparameter)
		require.ErrorContains(t, err, want)
	}
	_, err = c.New("dlrm", nil)
	require.ErrorIs(t, err, ErrUnknownModel)
	require.ErrorContains(t, err, `"dlrm"; known: dnn, wdl, xdeepfm, wukong, lr, `)
	require.Error(t, json.Unmarshal([]byte("[1]"), &again))
	require.Error(t, json.Unmarshal([]byte(`{"a":`), &again))
}

// The README's table links each model to the file that is named after it.
func TestEveryModelHasItsFileAndItsPaper(t *testing.T) {
	for _, e := range (*Catalog)(nil).Entries() {
		_, err := os.Stat(e.Name + ".go")
		require.NoError(t, err)
		require.NotEmpty(t, e.Title)
		require.NotEmpty(t, e.Paper)
		for _, h := range e.Hyperparameters {
			require.NotEmpty(t, h.Help, "%s.%s", e.Name, h.Field)
		}
	}
}

// A number of layers without an upper end would build graphs until the memory is full.
func TestNumbersOfLayersHaveAnUpperEnd(t *testing.T) {
	var catalog *Catalog
	found := 0
	for _, h := range catalog.Hyperparameters() {
		if h.Kind() == "int" && regexp.MustCompile("layers|blocks|stacks|experts").MatchString(h.Name) {
			found++
			require.NotContains(t, h.Range, "inf", "%v.%s", h.model, h.Field)
		}
	}
	require.Positive(t, found)
}
