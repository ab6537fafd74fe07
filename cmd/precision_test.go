package cmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/stretchr/testify/require"
)

func needBFloat16(t *testing.T) {
	t.Helper()
	if err := graph.BFloat16.Available(); err != nil {
		t.Skip(err)
	}
}

func TestPrecisionIsKeptWithTheRun(t *testing.T) {
	needBFloat16(t)
	run, test := rawRun(t, "--precision", "bf16", "--hidden-units", "32,32") // behind the layer of 8 units
	predictions := func(more ...string) string {
		code, out, stderr := zooCommand(t, append([]string{"predict", "--from", run, "--in", test}, more...)...)
		require.Zero(t, code, stderr)
		return out
	}
	require.Equal(t, predictions("--precision", "bf16"), predictions(), "that of the training")
	require.NotEqual(t, predictions("--precision", "float32"), predictions())

	for _, shows := range []string{"inspect " + run, "train --resume " + run} {
		code, out, stderr := zooCommand(t, strings.Fields(shows)...)
		require.Zero(t, code, stderr)
		require.Contains(t, out, "matrix products in bf16\n")
	}

	_, trained, _ := zooCommand(t, "train", "--resume", run, "--epochs", "3", "--json")
	code, out, stderr := zooCommand(t, "evaluate", "--from", run, "--json")
	require.Zero(t, code, stderr)
	require.Equal(t, withoutTimes(t, trained)[0]["test_logloss"], withoutTimes(t, out)[0]["logloss"])
	code, out, stderr = zooCommand(t, "evaluate", "--from", run, "--json", "--precision", "float32")
	require.Zero(t, code, stderr)
	require.NotEqual(t, withoutTimes(t, trained)[0]["test_logloss"], withoutTimes(t, out)[0]["logloss"])
	requireRefusals(t, []refusal{
		{"train --resume " + run + " --precision float32", 2, "--precision is float32, but the run in " + run + " was started with bf16"},
	})
}

func TestUnknownPrecisionsAreRefused(t *testing.T) {
	for _, command := range []string{"train", "stream", "tune", "predict", "evaluate", "serve", "bench step", "bench predict", "bench limit"} {
		requireRefusals(t, []refusal{{command + " --precision fp8", 2, `"--precision" flag: unknown precision "fp8": want float32 or bf16`}})
	}
}

func TestWithoutTheInstructionZooSaysSo(t *testing.T) {
	zoo, dir := buildZoo(t), t.TempDir()
	command := func(args ...string) (string, error) {
		c := exec.Command(zoo, args...)
		c.Dir, c.Env = dir, append(os.Environ(), "CTRZOO_KERNEL=go")
		out, err := c.CombinedOutput()
		return string(out), err
	}
	small := []string{"--rows", "1000", "--epochs", "1", "--hidden-units", "16", "--out"}
	for _, precision := range []string{"float32", "bf16"} {
		out, err := command(append([]string{"train", "--precision", precision}, append(small, precision)...)...)
		require.NoError(t, err, out)
		const said = "zoo: precision bf16 is not available: kernel go has no AVX512_BF16, so matrix products are float32\n"
		if precision == "bf16" {
			require.Contains(t, out, said)
		} else {
			require.NotContains(t, out, "AVX512_BF16")
		}
	}
	require.Equal(t, finalWeights(t, filepath.Join(dir, "float32")), finalWeights(t, filepath.Join(dir, "bf16")))

	out, err := command("evaluate", "--from", "bf16")
	require.NoError(t, err, out)
	require.Contains(t, out, "so matrix products are float32")

	grid := "data: [{name: synthetic}]\nmodels: [lr]\nmethods: [{solver: adam, precision: bf16}]\nseeds: [1]\nepochs: 1\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "grid.yaml"), []byte(grid), 0o600))
	out, err = command("experiment", "grid.yaml")
	require.Error(t, err, "a record would have figures of float32")
	require.Contains(t, out, "precision bf16 is not available")
	out, err = command("bench", "step", "--precision", "bf16")
	require.Error(t, err)
	require.Contains(t, out, "precision bf16 is not available")
}
