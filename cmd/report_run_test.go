package cmd

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The report of a run has all of its epochs, also those after the best one, and the test part that was measured once for that.
func TestTheReportOfARunHasItsTestPart(t *testing.T) {
	dir := t.TempDir()
	writeLogs(t, dir)
	t.Chdir(dir)
	code, stdout, stderr := zooCommand(t, "train", "--schema", "log.yaml", "--train", "train.csv.gz", "--epochs", "4", "--learning-rate", "0.05", "--out", "run", "--json")
	require.Zero(t, code, stderr)
	var best struct {
		BestEpoch int     `json:"best_epoch"`
		Valid     float64 `json:"valid_auc"`
		Test      float64 `json:"test_auc"`
	}
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &best))
	require.Less(t, best.BestEpoch, 4)

	code, stdout, stderr = zooCommand(t, "report", "run")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "| method | dnn E1 | dnn E2 | dnn E3 | dnn E4 |")
	require.Regexp(t, fmt.Sprintf(`(?m)^\| run \| dnn \| %d \| %.4f \| [\d.]+ \| %.4f \|`, best.BestEpoch, best.Valid, best.Test), stdout)

	require.NoError(t, os.WriteFile(filepath.Join("run", "best.json"), []byte("{"), 0o600))
	code, _, stderr = zooCommand(t, "report", "run")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, filepath.Join("run", "best.json")+" is damaged")
}
