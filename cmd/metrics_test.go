package cmd

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The metrics that are chosen appear in the JSON of both parts, and are the same when the saved run is evaluated.
func TestChosenMetrics(t *testing.T) {
	schema, log := rawLog(t)
	run := filepath.Join(t.TempDir(), "run")
	choice := "auc,logloss,pr_auc,ne,ece,gauc:a"
	code, out, stderr := zooCommand(t, "train", "--schema", schema, "--train", log, "--epochs", "2", "--batch-size", "20",
		"--hidden-units", "4", "--metrics", choice, "--monitor", "valid_gauc_a", "--test-every-epoch", "--out", run, "--json")
	require.Zero(t, code, stderr)
	trained := withoutTimes(t, out)[0]
	for _, part := range []string{"test_", "valid_"} {
		for _, name := range []string{"auc", "logloss", "pr_auc", "ne", "ece", "gauc_a", "gauc_a_left_out", "gauc_a_samples"} {
			require.Contains(t, trained, part+name)
		}
	}
	require.NotContains(t, trained, "test_calibration")
	code, out, stderr = zooCommand(t, "evaluate", "--from", run, "--metrics", choice, "--json")
	require.Zero(t, code, stderr)
	evaluated := withoutTimes(t, out)[0]
	for _, name := range []string{"auc", "pr_auc", "ne", "ece", "gauc_a", "gauc_a_samples"} {
		require.Equal(t, trained["test_"+name], evaluated[name], name)
	}
}

func TestMetricsThatCannotBeChosen(t *testing.T) {
	requireRefusals(t, []refusal{
		{"train --metrics acu", 2, `--metrics: metrics: bad metric: unknown metric "acu"; known: auc, logloss, calibration, pr_auc, ne, ece, gauc:FIELD`},
		{"train --metrics auc,auc", 2, `two metrics have the name "auc"`},
		{"train --metrics gauc:user,gauc:user", 2, `two metrics have the name "gauc_user"`},
		{"train --rows 100 --metrics gauc:usr", 1, `gauc_usr: there is no field "usr"; categorical fields: user, device`},
	})
	run, test := rawRun(t)
	requireRefusals(t, []refusal{
		{"evaluate --from " + run + " --test " + test + " --metrics gauc:past", 1, `gauc_past: field "past" is no category`},
		{"evaluate --from " + run + " --test " + test + " --metrics gauc:x", 1, `gauc_x: field "x" is no category`},
	})
}

// With a validation part the test part is measured for the best epoch only, in a last object that has its number.
func TestTheLastObjectIsOfTheBestEpoch(t *testing.T) {
	schema, log := rawLog(t)
	code, out, stderr := zooCommand(t, "train", "--schema", schema, "--train", log, "--epochs", "2", "--batch-size", "20", "--hidden-units", "4", "--json")
	require.Zero(t, code, stderr)
	objects := withoutTimes(t, out)
	require.Len(t, objects, 3)
	for _, epoch := range objects[:2] {
		require.Contains(t, epoch, "valid_auc")
		require.Contains(t, epoch, "valid_logloss")
		require.NotContains(t, epoch, "test_auc")
	}
	best := objects[2]
	require.Equal(t, objects[int(best["best_epoch"].(float64))-1]["valid_auc"], best["valid_auc"])
	require.Contains(t, best, "test_logloss")
}
