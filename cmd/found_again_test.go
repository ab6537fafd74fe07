package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// inFolder changes to a new folder for the rest of the test.
func inFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	return dir
}

// weightedLog writes a log with weights, and its schema, to the present folder.
func weightedLog(t *testing.T) {
	t.Helper()
	var log strings.Builder
	log.WriteString("click,site,price,w\n")
	for i := range 400 {
		log.WriteString([]string{"0,a,1,0.5\n", "1,b,2,1\n", "0,c,3,2\n", "1,a,4,1\n", "0,b,,1\n"}[i*i%5])
	}
	require.NoError(t, os.WriteFile("log.csv", []byte(log.String()), 0o600))
	require.NoError(t, os.WriteFile("log.yaml", []byte("label: click\nweight: w\nfields: [{name: site}, {name: price, kind: numeric}]\n"+
		"split: {by: random, valid: 0.1, test: 0.2}\n"), 0o600))
}

// run runs a command that must end well, and returns its output.
func run(t *testing.T, line string) string {
	t.Helper()
	code, out, stderr := zooCommand(t, strings.Fields(line)...)
	require.Zero(t, code, "%s: %s", line, stderr)
	return out
}

// A run that was started with relative paths is measured and resumed from another folder, also without its schema.
func TestWhatARunNeedsIsFoundAgainFromAnyFolder(t *testing.T) {
	dir := inFolder(t)
	weightedLog(t)
	run(t, "train --schema log.yaml --train log.csv --epochs 1 --batch-size 32 --hidden-units 4 --out run")
	run(t, "prepare --schema log.yaml --train log.csv --out ids")
	run(t, "train --data ids --epochs 1 --batch-size 32 --hidden-units 4 --out run2")
	here := run(t, "evaluate --from run --json")
	require.Equal(t, here, run(t, "evaluate --from run2 --json"), "prepared data keeps the weights")

	t.Chdir(t.TempDir())
	require.NoError(t, os.Remove(filepath.Join(dir, "log.yaml")))
	for _, name := range []string{"run", "run2"} {
		path := filepath.Join(dir, name)
		require.Equal(t, here, run(t, "evaluate --from "+path+" --json"))
		run(t, "train --epochs 2 --resume "+path)
	}
	run(t, "train --epochs 3 --data "+filepath.Join(dir, "ids")+" --resume "+filepath.Join(dir, "run2"))
}

func TestWeightsThatAreNoneAreRefusedByFileAndLine(t *testing.T) {
	inFolder(t)
	weightedLog(t)
	for _, cell := range []string{"-1", "NaN"} {
		require.NoError(t, os.WriteFile("bad.csv", []byte("click,site,price,w\n1,a,1,1\n0,b,2,"+cell+"\n"), 0o600))
		code, _, stderr := zooCommand(t, "train", "--schema", "log.yaml", "--train", "log.csv", "bad.csv")
		require.Equal(t, 1, code)
		require.Contains(t, stderr, `bad.csv, line 3, column "w": the weight must be a finite number of at least 0`)
	}
}

func TestAFolderOfPreparedDataIsNoRun(t *testing.T) {
	inFolder(t)
	weightedLog(t)
	run(t, "prepare --schema log.yaml --train log.csv --out ids")
	for _, verb := range []string{"predict --in log.csv", "evaluate", "inspect"} {
		line := strings.Fields(verb + " --from ids")
		if verb == "inspect" {
			line = []string{"inspect", "ids"}
		}
		code, _, stderr := zooCommand(t, line...)
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "ids is prepared data, and no run: train on it with zoo train --data ids", verb)
	}
	code, _, stderr := zooCommand(t, "train", "--schema", "log.yaml", "--train", "ids")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "--train ids: it is a folder of prepared data")
}

func TestAFieldOfOneValueIsNoted(t *testing.T) {
	inFolder(t)
	require.NoError(t, os.WriteFile("log.csv", []byte("click,site,brand\n1,a,\n0,a,\n"), 0o600))
	require.NoError(t, os.WriteFile("log.yaml", []byte("label: click\nfields: [{name: site}, {name: brand}]\n"), 0o600))
	code, _, stderr := zooCommand(t, "prepare", "--schema", "log.yaml", "--train", "log.csv", "--out", "ids")
	require.Zero(t, code)
	require.Contains(t, stderr, `field "site": all of its values are "a"`)
	require.Contains(t, stderr, `field "brand": no sample has a value; is a file of the log missing?`)
}
