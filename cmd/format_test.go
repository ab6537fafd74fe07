package cmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/stretchr/testify/require"
)

// The runs in testdata/format1 were written by commit af39f42, before zoo was divided into rooms, with
//
//	CTRZOO_KERNEL=go zoo train --schema log.yaml --train train.csv --test test.csv --out dnn --keep 1000 \
//		--checkpoint-every 5 --batch-size 32 --epochs 3 --model dnn --embedding-dim 4 --hidden-units 8 --dropout 0.1
//
// and wukong likewise, with adagradar and flags of its own. Of each the checkpoint after five batches of the second epoch is
// kept, where rows of the tables are not settled. What the runs came to then, by the same commit:
var format1 = map[string]struct{ weights, state string }{
	"dnn":    {"6e8cdc916edbbcbc67fbc80e7d41c3464b78beae1a8e815f763872ecc3075485", "09cbf51117100fd8393256f18ddea16bb432b88a4a76f6638d372620b2821e4b"},
	"wukong": {"9a7cd10883e505db32c81024d1801936b7c4d8acb29030d05a3e9c252eb62354", "240582abc50b8a530475db1b5a861f8c12f5b16cc9a5798891549cadbaf83865"},
}

func TestARunOfAnEarlierVersionGoesOnAndPredictsTheSameBytes(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the bytes are those of amd64: other processors fuse multiplications and additions")
	}
	zoo := buildZoo(t)
	data, err := filepath.Abs(filepath.Join("testdata", "format1"))
	require.NoError(t, err)
	for name, want := range format1 {
		t.Run(name, func(t *testing.T) {
			run := filepath.Join(t.TempDir(), "run")
			require.NoError(t, os.CopyFS(run, os.DirFS(filepath.Join(data, name))))
			command := func(args ...string) {
				c := exec.Command(zoo, args...)
				c.Dir, c.Env = data, append(os.Environ(), "CTRZOO_KERNEL=go")
				out, err := c.CombinedOutput()
				require.NoError(t, err, string(out))
			}
			predictions := func() string {
				path := filepath.Join(t.TempDir(), "predictions.csv")
				command("predict", "--from", run, "--in", "test.csv", "--out", path)
				return read(t, path)
			}
			require.Equal(t, read(t, filepath.Join(data, name+"-resumed-at.csv")), predictions())
			command("train", "--resume", run)
			end := filepath.Join(run, "epoch-0004-batch-00000000")
			require.Equal(t, want.weights, checkpoint.Hash([]byte(read(t, filepath.Join(end, "weights.safetensors")))))
			require.Equal(t, want.state, checkpoint.Hash([]byte(read(t, filepath.Join(end, "solver.safetensors")))))
			require.Equal(t, read(t, filepath.Join(data, name+"-end.csv")), predictions())
		})
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}
