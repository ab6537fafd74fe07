package cmd

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// outside is a program of another module, built from testdata/outside.
type outside struct {
	path string
	dir  string // where it runs
}

// buildOutside builds the program with the modules that this one has, without a network. It requires all that this one requires, as
// go mod tidy would have it: else Go looks for packages in modules that are not here.
func buildOutside(t *testing.T) *outside {
	t.Helper()
	dir := t.TempDir()
	read := func(path string) string {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		return string(text)
	}
	_, requirements, _ := strings.Cut(read("../go.mod"), "\nrequire (")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte(read("testdata/outside/go.mod")+"\nrequire ("+requirements), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sum"), []byte(read("../go.sum")), 0o600))
	path := filepath.Join(dir, "outside")
	build := exec.Command("go", "build", "-mod=mod", "-modfile="+filepath.Join(dir, "go.mod"), "-o", path, ".")
	build.Dir = filepath.Join("testdata", "outside")
	build.Env = append(os.Environ(), "GOFLAGS=", "GOPROXY=off", "GOWORK=off")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	return &outside{path, dir}
}

// run runs the program with arguments between spaces.
func (o *outside) run(t *testing.T, args string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	command := exec.Command(o.path, strings.Fields(args)...)
	command.Dir, command.Stdout, command.Stderr = o.dir, &out, &errs
	if err := command.Run(); err != nil {
		require.ErrorAs(t, err, new(*exec.ExitError))
	}
	return command.ProcessState.ExitCode(), out.String(), errs.String()
}

// must runs the program, which must succeed, and returns its output.
func (o *outside) must(t *testing.T, args string) string {
	t.Helper()
	code, stdout, stderr := o.run(t, args)
	require.Zero(t, code, "%s: %s", args, stderr)
	return stdout
}

// write writes a file where the program runs.
func (o *outside) write(t *testing.T, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(o.dir, name), []byte(text), 0o600))
}

// Every verb knows the model, the solver, the data set and the metric of another module.
func TestAModuleOutsideExtendsEveryVerb(t *testing.T) {
	o := buildOutside(t)
	o.write(t, "log.csv", "click,item,price\n"+strings.Repeat("1,shoe,3\n0,hat,1\n0,shoe,4\n1,hat,1\n0,tie,2\n", 40))
	t.Run("lists", o.lists)
	t.Run("a run is saved, goes on, and is used", o.trains)
	t.Run("a model of the blocks of the zoo", o.crosses)
	t.Run("a grid", o.experiments)
	t.Run("flags that do not apply", o.refuses)
}

func (o *outside) lists(t *testing.T) {
	require.Contains(t, o.must(t, "models"), "mine     equal layers over the embeddings\n         none\n         --embedding-dim=8 --mine-flag=2 --width=narrow\n")
	require.Contains(t, o.must(t, "models --markdown"), "| mine | equal layers over the embeddings | none | main.Mine |")
	require.Contains(t, o.must(t, "solvers"), "warm-up      AdamAR; the learning rate rises over the first steps\n             none; rows move at every step\n")
	require.Contains(t, o.must(t, "train --help"), "mine: hidden layers; in [1, 9] (default 2)\n")
}

func (o *outside) trains(t *testing.T) {
	trained := o.must(t, "train --data shop --train log.csv --epochs 1 --batch-size 20 --json --model mine --mine-flag 3 --solver warm-up --warm-up 5 --out run")
	require.Contains(t, trained, `"model":"mine","solver":"warm-up"`)
	require.Regexp(t, `"best_epoch":1,.*"valid_brier":0\.\d+.*"test_brier":0\.\d+`, trained)
	require.Contains(t, o.must(t, "train --resume run --epochs 2 --json"), `"epoch":2`)
	require.Contains(t, o.must(t, "inspect run"), "main.Mine{EmbeddingDim:8 MineFlag:3 Width:narrow}\nWarmUp(warm_up=5, AdamAR(")
	require.Regexp(t, `(?m)^Brier        0\.\d{4}$`, o.must(t, "evaluate --from run --test log.csv"))
	require.Equal(t, 201, strings.Count(o.must(t, "predict --from run --in log.csv"), "\n"))
}

// A model that is made of the blocks of other models is saved with the running statistics of its batch norm, goes on with the
// same bytes, and predicts.
func (o *outside) crosses(t *testing.T) {
	const train = "train --data shop --train log.csv --batch-size 20 --model crossed --rank 1 --json "
	whole := o.must(t, train+"--epochs 3 --out whole")
	o.must(t, train+"--epochs 1 --out cut")
	resumed := o.must(t, "train --resume cut --epochs 3 --json")
	figures := regexp.MustCompile(`"epoch":3.*"valid_auc":[0-9.]+`)
	require.NotEmpty(t, figures.FindString(whole))
	require.Equal(t, figures.FindString(whole), figures.FindString(resumed))
	require.Equal(t, o.must(t, "predict --from whole --in log.csv"), o.must(t, "predict --from cut --in log.csv"))
	o.must(t, "export onnx --from whole --out crossed.onnx")
}

func (o *outside) experiments(t *testing.T) {
	o.write(t, "grid.yaml", `
title: mine
data: [{name: shop}]
models: [mine, dnn]
methods: [{solver: warm-up, parameters: {warm_up: [1, 5]}}]
seeds: [1]
epochs: 2
batch_size: 20
hyperparameters: {mine_flag: 3, embedding_dim: 4}
`)
	o.must(t, "prepare --data shop --in log.csv --out data")
	runs := o.must(t, "experiment grid.yaml --records runs.jsonl --data shop=data")
	require.Contains(t, runs, "4/4  shop")
	require.Contains(t, runs, `mine  warm-up {"warm_up":5}`)
	o.must(t, "bench step --model mine --solver warm-up --batch-size 32 --rows 2400 --seconds 0.05")
	require.Contains(t, o.must(t, "report runs.jsonl"), "warm-up")
	require.Equal(t, 4, strings.Count(o.must(t, "verify runs.jsonl --data shop=data"), "identical"))
}

func (o *outside) refuses(t *testing.T) {
	for args, want := range map[string]string{
		"--model dnn --mine-flag 3":              "--mine-flag does not apply to --model dnn (zoo.DNN)",
		"--model mine --mine-flag 10":            "--mine-flag: bad hyper-parameter: main.Mine.MineFlag: mine_flag must be in [1, 9], got 10",
		"--model mine --width 3":                 `main.Mine.Width: width must be one of narrow, wide, got "3"`,
		"--model mine --hidden-units 3":          "--hidden-units does not apply to --model mine (main.Mine)",
		"--solver adamar --warm-up 3":            "--warm-up does not apply to --solver adamar",
		"--solver warm-up --warm-up 0":           "--solver warm-up: solvers: bad option: warm_up(0): the value must be at least 1",
		"--resume run --mine-flag 4":             "--mine-flag is 4, but the run in run was started with 3",
		"--monitor brier --data x --valid valid": "--monitor: want valid_auc or valid_logloss or valid_brier",
	} {
		code, _, stderr := o.run(t, "train "+args)
		require.Equal(t, 2, code, args)
		require.Contains(t, stderr, want, args)
	}
}
