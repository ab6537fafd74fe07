package cmd

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// learnable writes a schema and a log in which a field says something.
func learnable(t *testing.T) (schema, log string) {
	t.Helper()
	dir := t.TempDir()
	schema, log = filepath.Join(dir, "log.yaml"), filepath.Join(dir, "log.csv")
	require.NoError(t, os.WriteFile(schema, []byte("label: y\nfields: [{name: a}]\nsplit: {by: random, test: 0.2, valid: 0.2}\n"), 0o600))
	rng, text := rand.New(rand.NewPCG(1, 2)), strings.Builder{}
	text.WriteString("y,a\n")
	for range 600 {
		a := rng.IntN(30)
		click := 0
		if rng.IntN(40) < a {
			click = 1
		}
		fmt.Fprintf(&text, "%d,v%d\n", click, a)
	}
	require.NoError(t, os.WriteFile(log, []byte(text.String()), 0o600))
	return schema, log
}

// The search prints an object a trial, the last one of the winner; it does nothing again, and what it writes trains.
func TestTune(t *testing.T) {
	schema, log := learnable(t)
	out := filepath.Join(t.TempDir(), "tuned")
	args := []string{"tune", "--schema", schema, "--train", log, "--batch-size", "50", "--epochs", "4", "--hidden-units", "4",
		"--search", "alpha=log:1e-6..1e-2,embedding_dim=2|4", "--trials", "5", "--out", out}
	code, stdout, stderr := zooCommand(t, append(args, "--json")...)
	require.Zero(t, code, stderr)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	require.Len(t, lines, 5)
	var winner struct {
		Trial      int
		Winner     bool
		Parameters map[string]any
		ValidAUC   float64 `json:"valid_auc"`
		Low        float64 `json:"valid_auc_low"`
		Config     string
	}
	require.NoError(t, json.Unmarshal([]byte(lines[4]), &winner))
	require.True(t, winner.Winner)
	require.Greater(t, winner.ValidAUC, winner.Low)
	require.IsType(t, 0.0, winner.Parameters["alpha"])
	require.Contains(t, []any{2.0, 4.0}, winner.Parameters["embedding-dim"])

	records := read(t, filepath.Join(out, "records.jsonl"))
	code, again, stderr := zooCommand(t, append(args, "--json")...)
	require.Zero(t, code, stderr)
	require.Equal(t, stdout, again)
	require.Equal(t, records, read(t, filepath.Join(out, "records.jsonl")))

	code, trained, stderr := zooCommand(t, "train", "--config", winner.Config, "--json")
	require.Zero(t, code, stderr)
	require.Contains(t, trained, "best_epoch")
	code, table, stderr := zooCommand(t, args...)
	require.Zero(t, code, stderr)
	require.Contains(t, table, fmt.Sprintf("winner: trial %d", winner.Trial))
	code, _, stderr = zooCommand(t, append(args, "--trials", "6")...)
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "holds another search")
}

func TestTuneRefuses(t *testing.T) {
	schema, log := learnable(t)
	base := "tune --schema " + schema + " --train " + log
	requireRefusals(t, []refusal{
		{base + " --search alpha=0..1", 2, "--out: give a folder"},
		{base + " --out o", 2, "--search: say what to search"},
		{base + " --out o --search alpha=2..1", 2, "the interval is empty or reversed"},
		{base + " --out o --search speed=1..2", 2, "neither adamar nor dnn has such a parameter"},
		{base + " --out o --search alpha=0..1 --trials 0", 2, "--trials and --parallel must be at least 1"},
		{base + " --out o --search alpha=0..1 --monitor valid_logloss", 2, "finds the winner by valid_auc"},
		{base + " --out o --search alpha=0..1 --buckets 3", 2, "--buckets is not for a search"},
		{"tune --out o --search alpha=0..1", 2, "--monitor and zoo tune need a validation part"},
	})
}
