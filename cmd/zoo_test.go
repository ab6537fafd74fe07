package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// zoo runs the command and returns its exit code and output.
func zooCommand(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = Zoo{}.Run(context.Background(), args, &out, &err)
	return code, out.String(), err.String()
}

// refusal is a command line that is refused: without any output, and with an exit code and a message.
type refusal struct {
	args string
	code int
	want string
}

func requireRefusals(t *testing.T, list []refusal) {
	t.Helper()
	for _, r := range list {
		code, stdout, stderr := zooCommand(t, strings.Fields(r.args)...)
		require.Equal(t, r.code, code, r.args)
		require.Contains(t, stderr, r.want, r.args)
		require.Empty(t, stdout)
	}
}

// Built for itself, because a wrong version of a library of Gorgonia's panics at start-up.
func TestABuiltBinaryStarts(t *testing.T) {
	path := buildZoo(t)
	out, err := exec.Command(path, "help").CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "train")
	exit := &exec.ExitError{}
	require.ErrorAs(t, exec.Command(path, "trian").Run(), &exit)
	require.Equal(t, 2, exit.ExitCode())
}

func TestTrainJSON(t *testing.T) {
	code, out, stderr := zooCommand(t, "train", "--rows", "3000", "--epochs", "2", "--solver", "adam,adamar", "--hidden-units", "16", "--json")
	require.Zero(t, code, stderr)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 4)
	for i, line := range lines {
		var fields map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &fields))
		for _, name := range []string{"train_loss", "test_auc", "test_logloss", "test_calibration", "embedding_norm", "samples_per_second", "seconds", "best_possible_auc"} {
			require.Greater(t, fields[name], 0.0, name)
		}
		require.Equal(t, "dnn", fields["model"])
		require.Equal(t, []string{"adam", "adam", "adamar", "adamar"}[i], fields["solver"])
		require.Equal(t, float64(i%2+1), fields["epoch"])
		require.Equal(t, float64(6*(i%2+1)), fields["steps"])
	}
}

func TestTrainTable(t *testing.T) {
	code, out, stderr := zooCommand(t, "train", "--rows", "2000", "--epochs", "2", "--solver", "adam,adamw")
	require.Zero(t, code, stderr)
	require.Contains(t, out, "dnn with adam (best possible test AUC 0.")
	require.Contains(t, out, "epoch   train loss  test AUC")
	require.Regexp(t, `(?m)^adam +0\.\d{4}  0\.\d{4}$`, out)
	require.Regexp(t, `(?m)^adamw +0\.\d{4}  0\.\d{4}$`, out)
}

func TestTrainFromFilesAndConfig(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	schema := file("schema.yaml", "label: y\nfields: [{name: a}, {name: x, kind: numeric}]\n")
	data := file("data.csv", "y,a,x\n"+strings.Repeat("1,p,1\n0,q,2\n", 100))
	config := file("run.yaml", "schema: "+schema+"\ntrain: ["+data+"]\ntest: ["+data+"]\nepochs: 5\nbatch_size: 10\nhidden_units: [8, 4]\nlearning_rate: 0.01\n")
	code, out, stderr := zooCommand(t, "train", "--config", config, "--epochs", "2", "--json")
	require.Zero(t, code, stderr)
	require.Equal(t, 2, strings.Count(out, "\n"), "the command line wins")
	require.Contains(t, out, `"steps":40`)
	require.NotContains(t, out, "best_possible_auc")

	for text, want := range map[string]string{
		"epochs: 2\nfoo: 1\n": `bad.yaml, line 2: unknown key "foo"`,
		"epochs: many\n":      "bad.yaml, line 1: epochs",
		"epochs: {a: 1}\n":    "want a value or a list of values",
		"- 1\n":               "want a mapping",
		"a: [\n":              "bad.yaml",
	} {
		code, _, stderr := zooCommand(t, "train", "--config", file("bad.yaml", text))
		require.Equal(t, 2, code)
		require.Contains(t, stderr, want)
	}
}

func TestBadUsage(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"trian", `unknown command "trian"; did you mean train?`},
		{"train --data avazu --train /nowhere/*.csv", "--train /nowhere/*.csv: there is no such file"},
		{"train x", `train takes no arguments, got "x"`},
		{"train --speed 3", "unknown flag: --speed"},
		{"train --epochs many", "invalid argument"},
		{"train --batch-size 0", "--batch-size must be at least 1, got 0"},
		{"train --embedding-dim 0", "--embedding-dim: bad hyper-parameter: zoo.DNN.EmbeddingDim: embedding_dim must be at least 1, got 0"},
		{"train --hidden-units 4,0", "--hidden-units: bad hyper-parameter: zoo.DNN.HiddenUnits: hidden_units must be at least 1, got 0"},
		{"train --epochs 0", "--epochs must be at least 1, got 0"},
		{"train --dropout 1", "--dropout: bad hyper-parameter: zoo.DNN.Dropout: dropout must be in [0, 1), got 1"},
		{"train --rows -1", "--rows must be at least 0"},
		{"train --alpha -1", "WithAlpha(-1): the value must be at least 0"},
		{"train --alpha NaN", "WithAlpha(NaN)"},
		{"train --solver adam --alpha 1", "--alpha does not apply to --solver adam"},
		{"train --half-life 0", "WithHalfLife(0)"},
		{"train --half-life 3x", "--half-life: want a number of steps"},
		{"train --solver adam --half-life 3", "--half-life does not apply to --solver adam"},
		{"train --adaptive-buckets 2", "--adaptive-buckets needs --buckets"},
		{"train --buckets 2 --adaptive-buckets 3", "--adaptive-buckets must be at most --buckets (2), got 3"},
		{"train --buckets 2 --solver adamw --adaptive-buckets 1", "--adaptive-buckets does not apply to --solver adamw"},
		{"train --buckets 256", "--buckets must be in [1, 255], got 256"},
		{"train --bucket-field user", "--bucket-field needs --buckets"},
		{"train --bucket-decay 0.1", "--bucket-decay needs --adaptive-buckets"},
		{"train --model dnn --rank 3", "--rank does not apply to --model dnn (zoo.DNN)"},
		{"train --embedding-init gauss:1", "--embedding-init: want normal:STD"},
		{"train --embedding-init normal:-1", "--embedding-init"},
		{"train --model xdeepfm --cin-units 4,0", "--cin-units: bad hyper-parameter: zoo.XDeepFM.CINUnits: cin_units must be at least 1, got 0"},
		{"models x", "models takes no arguments"},
		{"train --learning-rate 0", "WithLearnRate(0)"},
		{"train --model dlrm", `--model: unknown model "dlrm"; known: dnn`},
		{"train --solver adam,sgd", `--solver: unknown solver "sgd"; known: adam`},
		{"train --data criteo9", `--data: unknown data set "criteo9"; known: synthetic, avazu`},
		{"train --data typo --memory 9", "no folder of zoo prepare of this name"},
		{"train --data avazu", "--train: give at least one file"},
		{"train --data synthetic --train x.csv", "--data synthetic is drawn, not read"},
		{"train --train x.csv", "--train needs --data or --schema"},
		{"train --data avazu --schema s.yaml --train x", "leave out --data"},
		{"train --config /nowhere.yaml", "--config: open /nowhere.yaml"},
	} {
		code, out, stderr := zooCommand(t, strings.Fields(c.args)...)
		require.Equal(t, 2, code, c.args)
		require.Contains(t, stderr, c.want, c.args)
		require.Empty(t, out)
	}
}

// A half-life of a part of an epoch is one of some steps, once the data is read.
func TestAHalfLifeInEpochs(t *testing.T) {
	code, out, stderr := zooCommand(t, "train", "--rows", "2000", "--epochs", "1", "--batch-size", "20", "--hidden-units", "4", "--half-life", "0.3epochs")
	require.Zero(t, code, stderr)
	require.Contains(t, out, "half of its norm after 30 steps, 0.30 epochs")
}

func TestFailedRuns(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"train --data avazu --train /nowhere.csv", "open /nowhere.csv: no such file"},
		{"train --schema /nowhere.yaml --train x.csv", "open /nowhere.yaml"},
	} {
		code, _, stderr := zooCommand(t, strings.Fields(c.args)...)
		require.Equal(t, 1, code, c.args)
		require.Contains(t, stderr, c.want)
	}
}

func TestInterruptedRunSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var out, stderr bytes.Buffer
	withinAnEpoch := writerFunc(func(text []byte) (int, error) {
		time.AfterFunc(20*time.Millisecond, cancel)
		return out.Write(text)
	})
	require.Equal(t, 1, Zoo{}.Run(ctx, []string{"train", "--rows", "100000", "--batch-size", "20"}, withinAnEpoch, &stderr))
	require.Contains(t, stderr.String(), "zoo: interrupted")
	require.Contains(t, out.String(), "partial")
}

// writerFunc is a function as a writer.
type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(text []byte) (int, error) { return f(text) }
