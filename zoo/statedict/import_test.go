package statedict

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/stretchr/testify/require"
)

const fields = `
label: y
fields:
  - {name: user}
  - {name: price, kind: numeric, scale: none}
  - {name: item}
  - {name: history, kind: list, length: 3, shares: item}
  - {name: tags, kind: list, length: 2, pooling: sum}
`

// models are those that testdata/states.py has made, with where their states are.
func models() map[string]zoo.Model {
	return map[string]zoo.Model{
		"dnn.npz":         zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8, 5}, Dropout: 0.1},
		"wdl.safetensors": zoo.WDL{EmbeddingDim: 4, HiddenUnits: []int{8, 5}},
		"xdeepfm.npz":     zoo.XDeepFM{EmbeddingDim: 4, HiddenUnits: []int{8, 5}, CINUnits: []int{6, 3}},
		"dcnv2.npz":       zoo.DCNv2{EmbeddingDim: 4, HiddenUnits: []int{8, 5}, CrossLayers: 2},

		"dcnv2_stacked.npz": zoo.DCNv2{EmbeddingDim: 4, HiddenUnits: []int{8, 5}, CrossLayers: 2, Structure: "stacked"},
	}
}

func source(t *testing.T) *Source {
	t.Helper()
	s, err := schema.Parse([]byte(fields))
	require.NoError(t, err)
	x, err := ReadSource("testdata/vocab.json", s)
	require.NoError(t, err)
	return x
}

func state(t *testing.T, file string) map[string]*Tensor {
	t.Helper()
	tensors, err := Read(filepath.Join("testdata", file))
	require.NoError(t, err)
	return tensors
}

func mapping(t *testing.T, m zoo.Model) *Mapping {
	t.Helper()
	how, err := FuxiCTR(zoo.NameOf(m))
	require.NoError(t, err)
	return how
}

// Logits of raw samples are those that PyTorch 1.13 has given.
func TestImportedModelsPredictWhatPyTorchPredicts(t *testing.T) {
	text, err := os.ReadFile("testdata/logits.json")
	require.NoError(t, err)
	var want map[string][]float32
	require.NoError(t, json.Unmarshal(text, &want))
	for file, m := range models() {
		imported, err := Import(m, source(t), state(t, file), mapping(t, m))
		require.NoError(t, err)
		dir := filepath.Join(t.TempDir(), "run")
		require.NoError(t, imported.Save(dir))
		imported.Weights.Free()

		loaded, err := predict.Load(dir)
		require.NoError(t, err)
		p, err := loaded.Predictor()
		require.NoError(t, err)
		for rows, err := range encode.ReadRows(t.Context(), loaded.Encoding, []string{"testdata/log.csv"}, encode.RowOptions{Size: 40}) {
			require.NoError(t, err)
			got := make([]float32, 40)
			require.NoError(t, p.Logits(got, &rows.Batch))
			require.InDeltaSlice(t, want[strings.TrimSuffix(file, filepath.Ext(file))], got, 1e-6, file)
		}
		loaded.Free()
	}
}

func TestWhatDoesNotFitIsNamed(t *testing.T) {
	const embedding = "embedding_layer.embedding_layer.embedding_layers."
	m := models()["xdeepfm.npz"]
	for want, change := range map[string]func(tensors map[string]*Tensor){
		`there is no tensor "` + embedding + `item.weight" for the field "item"`: func(x map[string]*Tensor) { delete(x, embedding+"item.weight") },
		`the tensor "` + embedding + `user.weight" is [4 3], rows of "deep/table" have 4 values`: func(x map[string]*Tensor) {
			x[embedding+"user.weight"] = &Tensor{[]int{4, 3}, make([]float32, 12)}
		},
		`has 3 rows, and the vocabulary of "user" asks for row 3`: func(x map[string]*Tensor) {
			x[embedding+"user.weight"] = &Tensor{[]int{3, 4}, make([]float32, 12)}
		},
		`the tensor "` + embedding + `price.weight" is [3 1]`: func(x map[string]*Tensor) {
			x[embedding+"price.weight"] = &Tensor{[]int{3, 1}, make([]float32, 3)}
		},
		`3 weights "mlp/*/weight" (first "mlp/0/weight") are to come from 2 tensors`: func(x map[string]*Tensor) { delete(x, "dnn.mlp.2.weight") },
		`the tensor "dnn.mlp.2.weight" is [5 7], and the weight "mlp/1/weight" is (8, 5) (transposed: true)`: func(x map[string]*Tensor) {
			x["dnn.mlp.2.weight"] = &Tensor{[]int{5, 7}, make([]float32, 35)}
		},
		`no weight for the tensor "cin.cin_layer.layer_2.bias", which is not zero`: func(x map[string]*Tensor) { x["cin.cin_layer.layer_2.bias"].Values[1] = 1 },
		`nothing takes the tensor "dnn.bn.weight" [5]`:                             func(x map[string]*Tensor) { x["dnn.bn.weight"] = &Tensor{[]int{5}, make([]float32, 5)} },
	} {
		tensors := maps.Clone(state(t, "xdeepfm.npz"))
		change(tensors)
		_, err := Import(m, source(t), tensors, mapping(t, m))
		require.ErrorIs(t, err, ErrMapping, want)
		require.ErrorContains(t, err, want)
	}
	_, err := Import(m, source(t), state(t, "xdeepfm.npz"), &Mapping{Fields: mapping(t, m).Fields})
	require.ErrorContains(t, err, `nothing fills the weight "cin/0/weight" (25, 6)`)
	_, err = Import(zoo.WuKong{}, source(t), state(t, "dnn.npz"), &Mapping{Weights: []Entry{{To: "cin/out/weight", From: "x"}}})
	require.ErrorContains(t, err, `the model has no weight "cin/out/weight"`)
	_, err = FuxiCTR("wukong")
	require.ErrorContains(t, err, `no mapping of FuxiCTR for "wukong"; there are: dcnv2, dnn, wdl, xdeepfm`)
}

func TestFieldsThatCannotBeImportedAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		"{name: price, kind: numeric}": `the field "price" cannot be imported: a state dict does not have its mean`,
		"{name: user, hash: 3}":        `the field "user" cannot be imported: it is hashed`,
		"{name: city}":                 `the field "city" cannot be imported: it has no vocabulary`,
	} {
		s, err := schema.Parse([]byte("label: y\nfields: [" + text + "]\n"))
		require.NoError(t, err)
		_, err = ReadSource("testdata/vocab.json", s)
		require.ErrorIs(t, err, ErrField)
		require.ErrorContains(t, err, want)
	}
}

func TestVocabulariesThatCannotBe(t *testing.T) {
	s, err := schema.Parse([]byte("label: y\nfields: [{name: user}]\n"))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "vocab.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"user": {"a": -1}}`), 0o600))
	_, err = ReadSource(path, s)
	require.ErrorContains(t, err, `the field "user" cannot be imported: the value "a" has the row -1`)
	_, err = ReadSource("/dev/zero", s)
	require.ErrorIs(t, err, safefile.ErrNotRegular)
	_, err = LoadMapping("/dev/zero")
	require.ErrorIs(t, err, safefile.ErrTooLarge)
}

func TestFilesThatAreNoStateDicts(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.npz": "PK", "a.safetensors": "12", "b.safetensors": "\xff\xff\xff\xff\xff\xff\xff\x7f{}"} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := Read(path)
		require.ErrorIs(t, err, ErrFile)
		require.ErrorContains(t, err, path)
	}
	_, err := Read(filepath.Join(dir, "nowhere.npz"))
	require.ErrorContains(t, err, "no such file")
	_, err = LoadMapping("testdata/log.csv")
	require.ErrorContains(t, err, "testdata/log.csv")
}

func TestNamesAreInTheOrderOfTheirNumbers(t *testing.T) {
	names := []string{"mlp.10.weight", "mlp.2.weight", "a.0", "mlp.0.weight"}
	slices.SortFunc(names, byNumbers)
	require.Equal(t, []string{"a.0", "mlp.0.weight", "mlp.2.weight", "mlp.10.weight"}, names)
}
