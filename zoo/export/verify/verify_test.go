package verify

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/export/onnx"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
)

const samples = 2000

// rawFields have every kind of field that raw inputs can have.
const rawFields = `
  - {name: site, min_count: 3}
  - {name: price, kind: numeric}
  - {name: place, column: site, min_count: 3, oov: zero}
  - {name: age, kind: numeric, scale: log}
  - {name: cost, column: price, kind: numeric, scale: none}
  - {name: item}
  - {name: past, kind: list, length: 4, separator: "|", shares: item}
  - {name: liked, column: past, kind: list, length: 3, separator: "|", pooling: sum}
  - {name: strict, column: past, kind: list, length: 3, separator: "|", min_count: 40, oov: zero}
  - {name: band, column: price, bins: [-1, 0.5, 3]}
`

// idFields have kinds beside, of which only ids can be inputs.
const idFields = `
  - {name: bucket, column: site, hash: 50}
  - {name: buckets, column: past, kind: list, length: 3, separator: "|", shares: bucket}
  - {name: day, column: t, derive: weekday, layout: "2006-01-02"}
`

// needsRuntime skips a test where ONNX Runtime is not. CTRZOO_NODE_MODULES is the folder node_modules after:
// npm install --ignore-scripts onnxruntime-node@1.30.0
func needsRuntime(t testing.TB) {
	t.Helper()
	if _, err := FindRuntime(); err != nil {
		t.Skip(err)
	}
}

// writeLog writes a log with values that come up once, empty cells and empty lists.
func writeLog(t testing.TB) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 4))
	value := func(prefix string, n int) string {
		return prefix + fmt.Sprint(int(float64(n)*rng.Float64()*rng.Float64()))
	}
	cell := func(text string) string { return []string{"", text, text, text}[rng.IntN(4)] }
	var log strings.Builder
	log.WriteString("y,site,price,age,item,past,t\n")
	for i := range samples {
		past := make([]string, rng.IntN(6))
		for j := range past {
			past[j] = value("i", 60)
		}
		fmt.Fprintf(&log, "%d,%s,%s,%s,%s,%s,2026-01-%02d\n", rng.IntN(2), cell(value("ß", 400)), cell(fmt.Sprint(rng.NormFloat64()*2)),
			cell(fmt.Sprint(rng.IntN(2000)-1000)), cell(value("i", 80)), strings.Join(past, "|"), 1+i%28)
	}
	path := filepath.Join(t.TempDir(), "log.csv")
	require.NoError(t, os.WriteFile(path, []byte(log.String()), 0o600))
	return path
}

// trained makes a model with weights of some size over a log.
func trained(t testing.TB, m zoo.Model, log, fields string) (*predict.Trained, *datasets.Set) {
	t.Helper()
	described, err := schema.Parse([]byte("label: y\nfields:" + fields))
	require.NoError(t, err)
	set, err := encode.Open(t.Context(), described, rawlog.Files{Train: []string{log}}, encode.Options{})
	require.NoError(t, err)
	w := graph.NewWeights(rand.New(rand.NewPCG(1, 2)))
	b := graph.NewBuilder(2, zoo.GraphFields(set.Train.Fields()), w)
	b.EmbeddingInit, b.Dropouts = graph.Normal(0.1), rand.New(rand.NewPCG(0, 0))
	_, err = zoo.NewInferenceNetwork(m, b)
	require.NoError(t, err)
	t.Cleanup(w.Free)
	return &predict.Trained{Model: m, Fields: set.Train.Fields(), Weights: w, Encoding: set.Encoding, Solver: "none"}, set
}

// models are those of the zoo, with dropout and with what their settings switch on.
func models(t testing.TB, test func(t *testing.T, m zoo.Model)) {
	t.Helper()
	var catalog *zoo.Catalog
	list := map[string]zoo.Model{"xdeepfm split": zoo.XDeepFM{CINUnits: []int{8, 6, 4}, SplitHalf: true, EmbeddingDim: 5}}
	for _, e := range catalog.Entries() {
		m, err := catalog.New(e.Name, zoo.Settings{})
		require.NoError(t, err)
		list[e.Name] = m
	}
	list["dcnv2 low rank, stacked"] = zoo.DCNv2{EmbeddingDim: 5, CrossRank: 3, Structure: "stacked"}
	list["dcnv2 experts"] = zoo.DCNv2{EmbeddingDim: 5, CrossRank: 3, CrossExperts: 3}
	list["finalmlp fields"] = zoo.FinalMLP{EmbeddingDim: 5, FirstGateFields: "site", Heads: 4, BatchNorm: true}
	list["masknet parallel"] = zoo.MaskNet{ParallelBlocks: true, Blocks: 2, BlockUnits: 9, ReductionRatio: 0.5}
	list["autoint plus"] = zoo.AutoInt{Plus: true, Heads: 3, AttentionUnits: 9, AttentionLayers: 2}
	list["din softmax"] = zoo.DIN{Softmax: true, Activation: "prelu", EmbeddingDim: 5}
	list["finalnet gate"] = zoo.FinalNet{FieldGate: true, SecondHiddenUnits: []int{6}}
	list["dnn dropout"] = zoo.DNN{Dropout: 0.5, EmbeddingDim: 3}
	for name, m := range list {
		t.(*testing.T).Run(name, func(t *testing.T) { test(t, m) })
	}
}

// save exports a model and returns where it is.
func save(t testing.TB, m *predict.Trained, kind onnx.InputKind) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.onnx")
	_, err := onnx.Save(path, m, kind)
	require.NoError(t, err)
	return path
}

func TestEveryModelPredictsTheSameFromRawValues(t *testing.T) {
	needsRuntime(t)
	log := writeLog(t)
	models(t, func(t *testing.T, m zoo.Model) {
		saved, _ := trained(t, m, log, rawFields)
		path := save(t, saved, onnx.Raw)
		for _, size := range []int{1, 257} {
			agree(t, size, samplesOf(size), func(o Options) (*Report, error) { return Files(t.Context(), path, saved, []string{log}, o) })
		}
	})
}

func TestEveryModelPredictsTheSameFromIDs(t *testing.T) {
	needsRuntime(t)
	log := writeLog(t)
	models(t, func(t *testing.T, m zoo.Model) {
		saved, set := trained(t, m, log, rawFields+idFields)
		path := save(t, saved, onnx.IDs)
		for _, size := range []int{1, 257} {
			agree(t, size, samplesOf(size), func(o Options) (*Report, error) {
				return Batches(t.Context(), path, saved, withAbsent(set.Train.Batches(t.Context(), size, nil)), o)
			})
		}
		agree(t, 256, samples, func(o Options) (*Report, error) { return Files(t.Context(), path, saved, []string{log}, o) })
	})
}

// samplesOf is how many samples are compared: fewer one by one, which takes long.
func samplesOf(size int) int {
	if size == 1 {
		return 100
	}
	return samples
}

func agree(t *testing.T, size, rows int, verify func(Options) (*Report, error)) {
	t.Helper()
	report, err := verify(Options{Rows: rows, BatchSize: size})
	require.NoError(t, err)
	require.Equal(t, rows, report.Samples)
	require.True(t, report.Equal(), "%+v", report)
	t.Logf("batch %d: largest difference %.2g of %d", size, report.Largest, report.Samples)
}

// withAbsent makes every seventh id absent.
func withAbsent(batches iter.Seq2[*datasets.Batch, error]) iter.Seq2[*datasets.Batch, error] {
	return func(yield func(*datasets.Batch, error) bool) {
		for b, err := range batches {
			if err == nil {
				for i := 0; i < len(b.IDs); i += 7 {
					b.IDs[i] = datasets.Absent
				}
			}
			if !yield(b, err) {
				return
			}
		}
	}
}

// gated is the model of the notebook on graphs of one's own: plain Gorgonia nodes between blocks.
type gated struct{ Dim, Units int }

func (m gated) Logit(b *graph.Builder) *gorgonia.Node {
	e := b.Embed("deep", m.Dim)
	features := b.Linear("features", e, m.Units, true)
	gate := b.Linear("gate", e, m.Units, false)
	if b.Err() != nil {
		return nil
	}
	passed := gorgonia.Must(gorgonia.HadamardProd(features, gorgonia.Must(gorgonia.Sigmoid(gate))))
	deep := b.Linear("out", passed, 1, false)
	wide := b.Wide("wide")
	if b.Err() != nil {
		return nil
	}
	return gorgonia.Must(gorgonia.Add(deep, wide))
}

func TestAGraphOfOnesOwnPredictsTheSame(t *testing.T) {
	needsRuntime(t)
	log := writeLog(t)
	saved, _ := trained(t, gated{8, 32}, log, rawFields)
	path := save(t, saved, onnx.Raw)
	agree(t, 0, samples, func(o Options) (*Report, error) { return Files(t.Context(), path, saved, []string{log}, o) })
}

// A difference is found: the weights change after the export.
func TestAnotherModelIsNotEqual(t *testing.T) {
	needsRuntime(t)
	log := writeLog(t)
	saved, _ := trained(t, zoo.DNN{}, log, rawFields)
	path := save(t, saved, onnx.IDs)
	saved.Weights.Get("mlp/out/bias").Values()[0] += 2e-5
	report, err := Files(t.Context(), path, saved, []string{log}, Options{Rows: 10})
	require.NoError(t, err)
	require.False(t, report.Equal(), "%+v", report)
}

func TestAnIDOutOfRangeIsAnErrorOfTheRuntime(t *testing.T) {
	needsRuntime(t)
	saved, _ := trained(t, zoo.WDL{}, writeLog(t), "\n  - {name: site}\n  - {name: item}\n")
	path := save(t, saved, onnx.IDs)
	in, err := onnx.ReadInputs(path)
	require.NoError(t, err)
	for _, id := range []int32{-2, int32(saved.Fields[0].Rows)} {
		s, err := Open(t.Context(), path)
		require.NoError(t, err)
		_, err = s.Run(idFeed(in, &datasets.Batch{Rows: 1, IDs: []int32{id, 1}}))
		require.ErrorContains(t, err, "out of data bounds", "%d", id)
	}
}

// The checker is that of Debian's python3-onnx.
func TestTheCheckerOfONNXPasses(t *testing.T) {
	const python = "/usr/bin/python3"
	if exec.Command(python, "-c", "import onnx").Run() != nil {
		t.Skip("python3-onnx is not installed")
	}
	log, dir := writeLog(t), t.TempDir()
	args := []string{"-c", "import onnx, sys\nfor path in sys.argv[1:]: onnx.checker.check_model(path, full_check=True)"}
	models(t, func(t *testing.T, m zoo.Model) {
		saved, _ := trained(t, m, log, rawFields)
		for _, kind := range []onnx.InputKind{onnx.IDs, onnx.Raw} {
			path := filepath.Join(dir, fmt.Sprint(len(args), ".onnx"))
			_, err := onnx.Save(path, saved, kind)
			require.NoError(t, err)
			args = append(args, path)
		}
	})
	out, err := exec.Command(python, args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

func TestWithoutARuntimeTheErrorSaysWhatToDo(t *testing.T) {
	t.Setenv(NodeModules, "")
	_, err := FindRuntime()
	require.ErrorIs(t, err, ErrNoRuntime)
	require.ErrorContains(t, err, "npm install onnxruntime-node")
	t.Setenv(NodeModules, t.TempDir())
	_, err = FindRuntime()
	require.ErrorIs(t, err, ErrNoRuntime)
}
