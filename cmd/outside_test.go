package cmd

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// outside is a program of another module, built from testdata/outside.
type outside struct {
	*testing.T
	path string
	dir  string // where it runs
}

// buildOutside builds the program with the modules that this one has, without a network.
func buildOutside(t *testing.T) *outside {
	t.Helper()
	dir := t.TempDir()
	for from, to := range map[string]string{"testdata/outside/go.mod": "go.mod", "../go.sum": "go.sum"} {
		text, err := os.ReadFile(from)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, to), text, 0o600))
	}
	path := filepath.Join(dir, "outside")
	build := exec.Command("go", "build", "-mod=mod", "-modfile="+filepath.Join(dir, "go.mod"), "-o", path, ".")
	build.Dir = filepath.Join("testdata", "outside")
	build.Env = append(os.Environ(), "GOFLAGS=", "GOPROXY=off", "GOWORK=off")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	return &outside{t, path, dir}
}

// run runs the program with arguments between spaces.
func (o *outside) run(args string) (code int, stdout, stderr string) {
	o.Helper()
	var out, errs bytes.Buffer
	command := exec.Command(o.path, strings.Fields(args)...)
	command.Dir, command.Stdout, command.Stderr = o.dir, &out, &errs
	if err := command.Run(); err != nil {
		require.ErrorAs(o, err, new(*exec.ExitError))
	}
	return command.ProcessState.ExitCode(), out.String(), errs.String()
}

// must runs the program, which must succeed, and returns its output.
func (o *outside) must(args string) string {
	o.Helper()
	code, stdout, stderr := o.run(args)
	require.Zero(o, code, "%s: %s", args, stderr)
	return stdout
}

// Every verb knows the model, the solver and the metric of another module: a run is trained with them, saved,
// resumed and evaluated.
func TestAModuleOutsideExtendsEveryVerb(t *testing.T) {
	o := buildOutside(t)
	require.Contains(t, o.must("models"), "mine     equal layers over the embeddings\n         none\n         --embedding-dim=8 --mine-flag=2 --width=narrow\n")
	require.Contains(t, o.must("solvers"), "warm-up      AdamAR; the learning rate rises over the first steps\n             none; rows move at every step\n")
	require.Contains(t, o.must("models --markdown"), "| mine | equal layers over the embeddings | none | main.Mine |")

	trained := o.must("train --rows 2000 --epochs 1 --batch-size 100 --json --model mine --mine-flag 3 --solver warm-up --warm-up 5 --out run")
	require.Contains(t, trained, `"model":"mine","solver":"warm-up"`)
	require.Regexp(t, `"test_brier":0\.\d+`, trained)
	resumed := o.must("train --resume run --epochs 2 --json")
	require.Contains(t, resumed, `"epoch":2`)
	require.Contains(t, o.must("inspect run"), "main.Mine{EmbeddingDim:8 MineFlag:3 Width:narrow}\nWarmUp(warm_up=5, AdamAR(")
	require.Regexp(t, `(?m)^Brier        0\.\d{4}$`, o.must("evaluate --from run"))

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
		code, _, stderr := o.run("train " + args)
		require.Equal(t, 2, code, args)
		require.Contains(t, stderr, want, args)
	}
}
