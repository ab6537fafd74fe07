// Package notebooks holds the checks of the notebooks that need no Jupyter; check.sh executes them.
package notebooks

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// notebook is what matters here of the format nbformat 4.
type notebook struct {
	Metadata struct{ Kernelspec struct{ Name string } }
	Cells    []struct {
		Type           string `json:"cell_type"`
		ExecutionCount int    `json:"execution_count"` // 0 if the cell was not executed
		Outputs        []struct {
			Type string `json:"output_type"`
			Name string
			Data map[string]any
		}
	}
}

// TestSaved makes sure that every notebook is saved as it was executed from top to bottom by our
// kernel, without an error, that it shows a chart, and that the README lists it.
func TestSaved(t *testing.T) {
	paths, err := filepath.Glob("*.ipynb")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, path := range paths {
		t.Run(path, func(t *testing.T) {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			var n notebook
			require.NoError(t, json.Unmarshal(text, &n))
			require.Equal(t, "gophernotes-ctrzoo", n.Metadata.Kernelspec.Name)
			n.check(t)
			require.Contains(t, string(readme), "("+path+")")
		})
	}
}

func (n *notebook) check(t *testing.T) {
	executed, charts := 0, 0
	for _, cell := range n.Cells {
		if cell.Type != "code" {
			continue
		}
		executed++
		require.Equal(t, executed, cell.ExecutionCount, "a cell was not executed in its turn: run check.sh -w")
		for _, output := range cell.Outputs {
			require.NotEqual(t, "error", output.Type, "cell %d failed", executed)
			require.NotEqual(t, "stderr", output.Name, "cell %d complained", executed)
			if output.Data["image/png"] != nil {
				charts++
			}
		}
	}
	require.NotZero(t, charts, "no chart")
}
