package cmd

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A run with a schedule and evaluations within epochs prints both, and goes on with the same weights where it was interrupted.
func TestAScheduleAndEvaluationsWithinEpochs(t *testing.T) {
	schema, log := learnable(t)
	run := func(out string, more ...string) []string {
		return append([]string{"train", "--schema", schema, "--train", log, "--batch-size", "20", "--hidden-units", "4", "--epochs", "3", "--out", out,
			"--schedule", "plateau:0.5", "--warm-up", "0.5epochs", "--evaluate-every", "0.25epochs"}, more...)
	}
	straight, broken := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
	code, out, stderr := zooCommand(t, run(straight, "--json")...)
	require.Zero(t, code, stderr)
	objects := withoutTimes(t, out)
	// 364 rows of training are 19 steps, of which a quarter is 5, rounded
	require.Len(t, objects, 3*4+1)
	require.InDelta(t, 100.0/364, objects[0]["epoch_share"], 1e-9)
	require.Equal(t, 1.0, objects[0]["epoch"])
	require.InDelta(t, 1e-3*5/10, objects[0]["learning_rate"], 1e-9, "the warm-up has 10 steps")
	require.NotContains(t, objects[3], "epoch_share")
	require.Contains(t, objects[12], "best_epoch")

	interruptedAfter(t, 5, run(broken, "--json"))
	code, rest, stderr := zooCommand(t, "train", "--resume", broken, "--json")
	require.Zero(t, code, stderr)
	require.Equal(t, objects[len(objects)-len(withoutTimes(t, rest)):], withoutTimes(t, rest))
	require.Equal(t, finalWeights(t, straight), finalWeights(t, broken))

	code, table, stderr := zooCommand(t, run(filepath.Join(t.TempDir(), "table"))...)
	require.Zero(t, code, stderr)
	require.Contains(t, table, "the learning rate rises over 10 steps, then is multiplied by 0.5 when an evaluation is")
	require.Regexp(t, `(?m)^ 0\.27\*? +5 `, table)
	require.Regexp(t, `(?m)^    3\*? +57 `, table)
	require.Contains(t, strings.Fields(table), "rate")
}

func TestSchedulesThatAreRefused(t *testing.T) {
	schema, log := learnable(t)
	base := "train --schema " + schema + " --train " + log
	requireRefusals(t, []refusal{
		{"train --schedule linear", 2, `--schedule: unsuitable schedule "linear": want constant, step:SPAN[:FACTOR]`},
		{"train --schedule cosine:100 --warm-up 200", 2, "it ends before it begins: 100 is within the warm-up"},
		{base + " --schedule cosine:1epoch --warm-up 600", 2, "it ends before it begins: 1epoch is within the warm-up"},
		{"train --schedule step:0", 2, "a span must be above 0"},
		{"train --warm-up soon", 2, "--schedule: unsuitable schedule: warm-up: want a number of steps"},
		{"train --schedule plateau", 2, "--schedule plateau needs a validation part"},
		{"train --schedule cosine --scaled-decay", 2, "the decay is scaled by the learning rate"},
		{"train --evaluate-every 0.5", 2, "--evaluate-every: a span must be of whole steps"},
		{"train --evaluate-every 0epochs", 2, "--evaluate-every: a span must be above 0"},
		{"stream --schedule cosine", 2, "unknown flag: --schedule"},
		{"tune --schedule cosine:0 --out o --search alpha=0..1", 2, "a span must be above 0"},
		{"tune --schema " + schema + " --train " + log + " --out o --search schedule=cosine|linear", 2, `schedule=linear: unsuitable schedule "linear"`},
		{"tune --schema " + schema + " --train " + log + " --out o --search alpha=0..1 --evaluate-every 10", 2, "--evaluate-every is not for a search"},
	})
}

// A search may try schedules, and run.yaml has that of the winner.
func TestASearchOfSchedules(t *testing.T) {
	schema, log := learnable(t)
	out := filepath.Join(t.TempDir(), "tuned")
	code, _, stderr := zooCommand(t, "tune", "--schema", schema, "--train", log, "--batch-size", "50", "--epochs", "2", "--hidden-units", "4",
		"--search", "schedule=cosine|plateau,warm_up=0.5epochs|3", "--trials", "3", "--out", out, "--json")
	require.Zero(t, code, stderr)
	require.Regexp(t, "schedule: (cosine|plateau)\n", read(t, filepath.Join(out, "run.yaml")))
	require.Contains(t, read(t, filepath.Join(out, "records.jsonl")), `"warm_up":`)
	code, trained, stderr := zooCommand(t, "train", "--config", filepath.Join(out, "run.yaml"), "--json")
	require.Zero(t, code, stderr)
	require.Contains(t, trained, "learning_rate")
}
