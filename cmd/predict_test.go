package cmd

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"
)

// rawRun trains on a log of one's own and returns the directory and a file of test samples.
func rawRun(t *testing.T, more ...string) (run, test string) {
	t.Helper()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	schema := file("schema.yaml", "label: y\nfields: [{name: a}, {name: x, kind: numeric}, {name: past, kind: list, length: 3, shares: a}]\n")
	var train strings.Builder
	train.WriteString("y,a,x,past,id\n")
	for i := range 500 {
		fmt.Fprintf(&train, "%d,v%d,%d,v%d|v%d,%d\n", i*i%5%2, i%7, i%11, i%3, i%13, i)
	}
	data := file("train.csv", train.String())
	test = file("test.csv", "y,a,x,past,id\n1,v1,3,v2,first\n0,unseen,,,\"second, with a comma\"\n1,v2,1e3,unseen|v3,third\n")
	run = filepath.Join(dir, "run")
	args := append([]string{"train", "--schema", schema, "--train", data, "--test", data, "--epochs", "2", "--batch-size", "50",
		"--hidden-units", "8", "--out", run, "--json"}, more...)
	code, _, stderr := zooCommand(t, args...)
	require.Zero(t, code, stderr)
	return run, test
}

func TestPredictWritesEveryFormat(t *testing.T) {
	run, test := rawRun(t)
	code, out, stderr := zooCommand(t, "predict", "--from", run, "--in", test, "--keep", "id,a")
	require.Zero(t, code, stderr)
	records, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"id", "a", "prediction"}, records[0])
	require.Equal(t, []string{"second, with a comma", "unseen"}, records[2][:2])
	want := make([]float32, 3)
	for i, r := range records[1:] {
		p, err := strconv.ParseFloat(r[2], 32)
		require.NoError(t, err)
		require.True(t, p > 0 && p < 1)
		want[i] = float32(p)
	}

	path := func(name string) string { return filepath.Join(filepath.Dir(run), name) }
	for _, name := range []string{"p.csv", "p.tsv", "p.jsonl", "p.parquet"} {
		code, out, stderr := zooCommand(t, "predict", "--from", run, "--in", test, "--keep", "id,a", "--out", path(name))
		require.Zero(t, code, stderr)
		require.Empty(t, out)
		require.Contains(t, stderr, "3 predictions")
	}
	text, err := os.ReadFile(path("p.csv"))
	require.NoError(t, err)
	require.Equal(t, out, string(text))
	text, err = os.ReadFile(path("p.tsv"))
	require.NoError(t, err)
	require.Contains(t, string(text), "id\ta\tprediction\nfirst\tv1\t"+records[1][2]+"\n")

	type prediction struct {
		ID         string  `json:"id" parquet:"id"`
		A          string  `json:"a" parquet:"a"`
		Prediction float32 `json:"prediction" parquet:"prediction"`
	}
	rows, err := parquet.ReadFile[prediction](path("p.parquet"))
	require.NoError(t, err)
	text, err = os.ReadFile(path("p.jsonl"))
	require.NoError(t, err)
	lines := json.NewDecoder(strings.NewReader(string(text)))
	require.Len(t, rows, 3)
	for i, row := range rows {
		wanted := prediction{records[i+1][0], records[i+1][1], want[i]}
		require.Equal(t, wanted, row)
		var object prediction
		require.NoError(t, lines.Decode(&object))
		require.Equal(t, wanted, object)
	}
}

func TestPredictNeedsNoLabelAndManyFiles(t *testing.T) {
	run, test := rawRun(t)
	_, want, _ := zooCommand(t, "predict", "--from", run, "--in", test)
	other := filepath.Join(t.TempDir(), "new.csv")
	require.NoError(t, os.WriteFile(other, []byte("past,x,a\nv2,3,v1\n,,unseen\nunseen|v3,1e3,v2\n"), 0o600))
	code, out, stderr := zooCommand(t, "predict", "--from", run, "--in", other+","+test)
	require.Zero(t, code, stderr)
	header, rows, _ := strings.Cut(want, "\n")
	require.Equal(t, header+"\n"+rows+rows, out)
}

func TestEvaluateAgreesWithTrain(t *testing.T) {
	for _, train := range [][]string{nil, {"--checkpoint-every", "3", "--model", "wdl"}} {
		run, test := rawRun(t, train...)
		_, trained, _ := zooCommand(t, "train", "--resume", run, "--epochs", "3", "--json")
		code, out, stderr := zooCommand(t, "evaluate", "--from", run, "--json")
		require.Zero(t, code, stderr)
		evaluated := withoutTimes(t, out)[0]
		require.Equal(t, 500.0, evaluated["samples"])
		for _, figure := range []string{"auc", "logloss", "calibration"} {
			require.Equal(t, withoutTimes(t, trained)[0]["test_"+figure], evaluated[figure])
		}
		code, out, stderr = zooCommand(t, "evaluate", "--from", run, "--test", test)
		require.Zero(t, code, stderr)
		require.Contains(t, out, "samples      3\nclicks       2\n")
	}
}

func TestEvaluateOfASyntheticRunAgreesWithTrain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	code, out, stderr := zooCommand(t, smallRun("--out", dir)...)
	require.Zero(t, code, stderr)
	trained := withoutTimes(t, out)
	code, out, stderr = zooCommand(t, "evaluate", "--from", dir, "--json")
	require.Zero(t, code, stderr)
	evaluated := withoutTimes(t, out)[0]
	for _, figure := range []string{"auc", "logloss", "calibration"} {
		require.Equal(t, trained[1]["test_"+figure], evaluated[figure])
	}
}

func TestPredictAndEvaluateErrors(t *testing.T) {
	run, test := rawRun(t)
	bad := filepath.Join(t.TempDir(), "bad.csv")
	require.NoError(t, os.WriteFile(bad, []byte("a,x,past\nv1,1,\nv1,many,\n"), 0o600))
	large := filepath.Join(t.TempDir(), "large.csv")
	require.NoError(t, os.WriteFile(large, []byte("a,x,past\nv1,1,\nv1,1e300,\n"), 0o600))
	out := filepath.Join(t.TempDir(), "out.csv")
	requireRefusals(t, []refusal{
		{"predict", 2, "--from: give the directory of a run"},
		{"predict --from " + run, 2, "--in: give at least one file"},
		{"predict --from " + run + " --in x --keep prediction", 2, "--keep: the column prediction"},
		{"predict --from " + run + " --in x --keep a,a", 2, "given twice"},
		{"predict --from " + run + " --in /nowhere.csv --out " + out, 1, "open /nowhere.csv"},
		{"predict --from " + run + " --in " + bad + " --out " + out, 1, `bad.csv, line 3, column "x": not a finite number: "many"`},
		{"predict --from " + run + " --in " + large + " --out " + out, 1, "a number is too large for its scale"},
		{"predict --from " + run + " --in " + test + " --out " + out + "/x", 1, "out.csv"},
		{"predict --from " + filepath.Dir(run) + " --in " + test, 1, "the directory holds no checkpoint yet"},
		{"evaluate", 2, "--from: give the directory of a run"},
		{"evaluate --from /nowhere", 1, "no such file or directory"},
		{"evaluate --from " + run + " --test " + bad, 1, `column "y": unknown column`},
	})
	left, err := os.ReadDir(filepath.Dir(out))
	require.NoError(t, err)
	require.Empty(t, left, "nothing half-written is left")
}
