package peer

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/stretchr/testify/require"
)

var long = flag.Bool("long", false, "compare all models with PyTorch")

// python returns a Python that has PyTorch, or skips the test.
func python(t *testing.T) string {
	t.Helper()
	for _, path := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(path, "-c", "import torch").Run() == nil {
			return path
		}
	}
	t.Skip("there is no Python with PyTorch")
	return ""
}

// smallLog prepares a log of two fields that share their values and a third one.
func smallLog(t *testing.T) (dir string) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	text := []byte("click,item,last,user\n")
	for range 4000 {
		item, last, user := int(50*rng.ExpFloat64()), int(50*rng.ExpFloat64()), rng.IntN(500)
		click := 0
		if rng.Float64() < 0.2+0.6*float64(item%2) {
			click = 1
		}
		text = fmt.Appendf(text, "%d,%d,%d,%d\n", click, item, last, user)
	}
	dir = t.TempDir()
	log := filepath.Join(dir, "log.csv")
	require.NoError(t, os.WriteFile(log, text, 0o600))
	_, err := prepared.Write(t.Context(), filepath.Join(dir, "log"), encode.Input{
		Schema: &schema.Schema{
			Label: "click", Fields: []schema.Field{{Name: "item"}, {Name: "last", Shares: "item"}, {Name: "user"}},
			Split: &schema.Split{By: "random", Valid: "0.25"},
		},
		Files: rawlog.Files{Train: []string{log}},
	})
	require.NoError(t, err)
	return filepath.Join(dir, "log")
}

// AdamAR is Algorithm 1 of the paper, which PyTorch follows over all rows at every step: the AUC is the same at every
// evaluation.
func TestAdamARIsAlgorithm1InPyTorch(t *testing.T) {
	path := python(t)
	dir := smallLog(t)
	models := []string{"dnn"}
	if *long {
		models = append(models, "wdl", "xdeepfm", "wukong")
	}
	for _, model := range models {
		catalogs, err := flags.NewCatalogs(flags.Own{})
		require.NoError(t, err)
		cmd := NewQualityCommand(catalogs)
		var out bytes.Buffer
		cmd.SetOut(&out)
		cmd.SetErr(&bytes.Buffer{})
		cmd.SetArgs([]string{"--data", dir, "--model", model, "--python", path, "--alpha", "1e-3", "--learning-rate", "0.003",
			"--seeds", "1", "--epochs", "2", "--every", "10", "--batch-size", "150"})
		require.NoError(t, cmd.ExecuteContext(t.Context()))
		found := regexp.MustCompile(`Algorithm 1 in PyTorch, same seed ([0-9.e+-]+);`).FindStringSubmatch(out.String())
		require.NotNil(t, found, out.String())
		largest, err := strconv.ParseFloat(found[1], 64)
		require.NoError(t, err)
		require.Less(t, largest, 2e-4, model)
	}
}
