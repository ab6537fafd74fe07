package peer

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/bench"
	"github.com/ctrzoo/ctrzoo/zoo/export/verify"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// small is a comparison of a few predictions.
func small(t *testing.T, python string) (c *comparison, complaints *bytes.Buffer) {
	t.Helper()
	dir, err := scriptFolder()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	cmd := &cobra.Command{}
	cmd.SetContext(t.Context())
	complaints = &bytes.Buffer{}
	cmd.SetErr(complaints)
	return &comparison{
		options: &options{python: python}, cmd: cmd, dir: dir, rows: 2400, seconds: 0.001,
		compared: []prediction{{"1", 1, false}, {"7", 7, false}, {"part", 4, true}},
	}, complaints
}

// predicts asserts that a program finds its predictions equal to ours. With -long it also asserts that the program complains if they are
// not: PyTorch takes seconds to start.
func predicts(t *testing.T, c *comparison, complaints *bytes.Buffer, model string, program func(folder string) (figures, error)) {
	t.Helper()
	folder, err := c.record(bench.PredictBenchmark{Model: bench.Models()[model], Rows: c.rows, Seconds: c.seconds})
	require.NoError(t, err)
	took, err := program(folder)
	require.NoError(t, err, "%s: %s", model, complaints)
	require.Len(t, took, 3)
	for _, p := range c.compared {
		require.Positive(t, took[p.name])
	}
	changeLogit(t, filepath.Join(folder, "7.logits"))
	if !*long {
		return
	}
	_, err = program(folder)
	require.Error(t, err, model)
	require.Regexp(t, `logits differ from those recorded by up to 0?\.0[0-9]`, complaints.String())
}

// changeLogit adds .05 to the second logit of a file, and asserts that the logits of the model are not all the same.
func changeLogit(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	at := func(i int) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(text[4*i:])) }
	require.NotEqual(t, at(0), at(1))
	require.Greater(t, math.Abs(float64(at(0)-at(1))), 10*verify.Tolerance)
	binary.LittleEndian.PutUint32(text[4:], math.Float32bits(at(1)+0.05))
	require.NoError(t, os.WriteFile(path, text, 0o600))
}

// models are those that are compared: one, or with -long all.
func models() []string {
	if *long {
		return recordedModels
	}
	return recordedModels[1:2]
}

func TestPyTorchPredictsTheSame(t *testing.T) {
	c, complaints := small(t, python(t))
	for _, model := range models() {
		predicts(t, c, complaints, model, func(folder string) (figures, error) { return c.torchPredictions(kernelsAVX2, model, folder) })
	}
}

func TestONNXRuntimePredictsTheSame(t *testing.T) {
	if _, err := verify.FindRuntime(); err != nil {
		t.Skip(err)
	}
	c, complaints := small(t, "")
	c.models = recordedModels
	require.NoError(t, c.findRuntime())
	require.Regexp(t, `^\d+\.\d+`, c.runtime)
	for _, model := range models() {
		predicts(t, c, complaints, model, func(folder string) (figures, error) { return c.onnxPredictions(folder) })
	}
}

// Without ONNX Runtime the others are compared, and a message says why.
func TestONNXRuntimeMayBeAbsent(t *testing.T) {
	t.Setenv(verify.NodeModules, "")
	c, complaints := small(t, "")
	c.models = recordedModels
	require.NoError(t, c.findRuntime())
	require.Empty(t, c.modules)
	require.Contains(t, complaints.String(), "not compared with ONNX Runtime: ONNX Runtime was not found: "+verify.NodeModules)
	require.Contains(t, (&predictionRecord{Model: "dnn", Samples: 64, Part: true, times: times{Zoo: 1, AVX2: 2, AVX512: 1.5}}).String(),
		"| dnn | part of 64 | 1.000 | 2.000 | 2.00x | 1.500 | 1.50x | - | - |")
}

// We measure all that the others do.
func TestOurPredictionsAreMeasured(t *testing.T) {
	c, _ := small(t, "")
	took, err := c.ourPredictions(bench.PredictBenchmark{Model: bench.Models()["dnn"], Rows: c.rows, Seconds: c.seconds})
	require.NoError(t, err)
	for _, p := range c.compared {
		require.Positive(t, took[p.name], p.name)
	}
	_, err = c.record(bench.PredictBenchmark{Model: bench.Models()["din"], Rows: c.rows, History: 5})
	require.ErrorContains(t, err, "categorical fields only")
}
