package cmd

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// requireFigures asserts that every line is a JSON object with these keys, whose numbers are above 0.
func requireFigures(t *testing.T, stdout string, lines int, keys ...string) {
	t.Helper()
	require.Equal(t, lines, strings.Count(stdout, "\n"))
	for line := range strings.Lines(stdout) {
		var object map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &object))
		for _, key := range keys {
			require.Contains(t, object, key)
			if number, isNumber := object[key].(float64); isNumber && key != "alloc_bytes" {
				require.Positive(t, number, key)
			}
		}
	}
}

func TestBenchmarksPrintTheirFigures(t *testing.T) {
	code, stdout, stderr := zooCommand(t, "bench", "step", "--model", "wdl", "--batch-size", "32", "--rows", "2400", "--embedding-dim", "3", "--seconds", "0.05", "--json")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, `"row_values":3,`)
	requireFigures(t, stdout, 1, "model", "batch_size", "rows", "solver", "wall_min_ms", "wall_median_ms", "cpu_min_ms", "samples_per_second", "gflops", "alloc_bytes", "parts")

	code, stdout, stderr = zooCommand(t, "bench", "predict", "--model", "dnn,xdeepfm", "--batch-size", "1,7", "--rows", "2400", "--seconds", "0.05", "--json")
	require.Zero(t, code, stderr)
	requireFigures(t, stdout, 8, "model", "batch_size", "callers", "p50_us", "p99_us", "predictions_per_second", "alloc_bytes")

	code, stdout, stderr = zooCommand(t, "bench", "ranks", "--batch-size", "32", "--rows", "2400", "--rounds", "1", "--json")
	require.Zero(t, code, stderr)
	requireFigures(t, stdout, 1, "model", "solver", "kernel", "ranks", "batch_size", "rows", "rounds", "alone_ms", "together_ms", "speedup")
	code, stdout, stderr = zooCommand(t, "bench", "ranks", "--batch-size", "32", "--rows", "2400", "--rounds", "1")
	require.Zero(t, code, stderr)
	require.Regexp(t, `(?m)^speed-up +\d+\.\d\dx$`, stdout)

	code, stdout, stderr = zooCommand(t, "bench", "limit", "--model", "din,dnn", "--batch-size", "64", "--rounds", "1", "--seconds", "0.05", "--json")
	require.Zero(t, code, stderr)
	requireFigures(t, stdout, 2, "model", "peak_gflops", "memory_gb_s", "mflop", "products_ms", "rows_mb", "memory_ms", "limit_ms", "wall_min_ms", "step_to_limit",
		"products_shape_ms", "step_to_shape_limit", "activations_mb", "weights_mb")
	require.Contains(t, stdout, `"operations":[{"name":`)
	require.Contains(t, stdout, `"shapes":[{"m":64,"n":512,"k":384,"trans_a":false,`)
	profile := filepath.Join(t.TempDir(), "step.pprof")
	code, stdout, stderr = zooCommand(t, "bench", "limit", "--model", "wukong", "--batch-size", "64,32", "--rounds", "1", "--seconds", "0.05", "--profile", profile)
	require.Zero(t, code, stderr)
	require.Regexp(t, `(?m)^\| wukong \| 32 \| (\d+\.\d\d \| ){4}\d+\.\d\dx \| \d+\.\d\d \| \d+\.\d\dx \|$`, stdout)
	require.Regexp(t, `(?m)^256 x 64 T \* 64 x 256, 3 times +\d+\.\d\d +\d+$`, stdout)
	require.Regexp(t, `(?m)^linear dw +\d+\.\d\d +\d+$`, stdout)
	require.FileExists(t, profile)

	code, stdout, stderr = zooCommand(t, "bench", "scale", "--cores", "1", "--batch-size", "64", "--seconds", "0.02", "--json")
	require.Zero(t, code, stderr)
	requireFigures(t, stdout, 1, "model", "kernel", "batch_size", "cores", "wall_min_ms", "operations")
	require.Contains(t, stdout, `{"name":"linear dw","ms":[`)
	cores := runtime.GOMAXPROCS(0)
	code, stdout, stderr = zooCommand(t, "bench", "scale", "--model", "lr", "--batch-size", "64", "--seconds", "0.02")
	require.Zero(t, code, stderr)
	require.Regexp(t, `(?m)^ +1 +\d+\.\d\d +\d+ +1\.00$`, stdout)
	require.Equal(t, cores, runtime.GOMAXPROCS(0), "as before")
}

func TestBadBenchmarks(t *testing.T) {
	for want, args := range map[string][]string{
		`--model: unknown model "dlrm"`:                     {"step", "--model", "dlrm"},
		"--cores: zoo: cannot run a benchmark on [0] cores": {"scale", "--cores", "0"},
		`--model: unknown model "dlr"`:                      {"limit", "--model", "dnn,dlr"},
		"takes two passes a step":                           {"step", "--solver", "sam"},
		`--model: "dlrm" has no peer`:                       {"peer", "--model", "dlrm"},
		"the folder of a prepared data set":                 {"read"},
	} {
		code, _, stderr := zooCommand(t, append([]string{"bench"}, args...)...)
		require.Equal(t, 2, code, args)
		require.Contains(t, stderr, want)
	}
}

// Every number of every benchmark has two ends.
func TestNumbersOfBenchmarksHaveEnds(t *testing.T) {
	for verb, numbers := range map[string][]string{
		"step":    {"batch-size", "rows", "embedding-dim", "seconds"},
		"predict": {"batch-size", "rows", "callers", "seconds"},
		"read":    {"batch-size", "rounds"},
		"limit":   {"batch-size", "rounds", "seconds"},
		"scale":   {"batch-size", "seconds"},
		"peer":    {"rounds"},
		"quality": {"batch-size", "epochs", "every", "seeds"},
		"ranks":   {"batch-size", "rows", "rounds"},
		"serve":   {"rows", "samples", "callers", "seconds", "rounds", "rate", "for"},
	} {
		for _, name := range numbers {
			values := []string{"-1", "9223372036854775807"}
			switch name {
			case "seconds", "rate":
				values = append(values, "1e-300", "1e300", "NaN", "Inf")
			case "for":
				values = []string{"-1s", "1ns", "2562047h"}
			}
			if name != "rate" && name != "for" {
				values = append(values, "0")
			}
			for _, value := range values {
				code, _, stderr := zooCommand(t, "bench", verb, "--"+name+"="+value)
				require.Equal(t, 2, code, "%s --%s %s: %s", verb, name, value, stderr)
				require.Contains(t, stderr, "--"+name+" must be from ")
			}
		}
	}
}

func TestReadingOfALogIsTimed(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log.csv")
	code, _, stderr := zooCommand(t, "generate", "avazu", "--rows", "2000", "--out", log)
	require.Zero(t, code, stderr)
	code, stdout, stderr := zooCommand(t, "bench", "read", "--data", "avazu", "--train", log, "--rounds", "1", "--json")
	require.Zero(t, code, stderr)
	requireFigures(t, stdout, 2, "way", "rows", "seconds", "cpu_seconds")
	require.Equal(t, 2, strings.Count(stdout, `"rows":2000,`))
	code, stdout, stderr = zooCommand(t, "bench", "read", "--data", "avazu", "--train", log, "--rounds", "1")
	require.Zero(t, code, stderr)
	require.Regexp(t, `(?m)^ *to ids in Parquet +\d+\.\d\d +\d+\.\d\d +\d+$`, stdout)

	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node for DuckDB")
	}
	none := filepath.Dir(node)
	code, _, stderr = zooCommand(t, "bench", "read", "--data", "avazu", "--train", log, "--rounds", "1", "--duckdb", none)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "--duckdb: exit status 1: there is no @duckdb/node-api in "+none)
}

// The error for a Python without PyTorch names that Python.
func TestAPeerThatIsMissing(t *testing.T) {
	no, err := exec.LookPath("false")
	if err != nil {
		t.Skip("there is no command false")
	}
	code, _, stderr := zooCommand(t, "bench", "peer", "--python", no)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, no+" with PyTorch")
}
