package cmd

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/ctrzoo/ctrzoo/"

// Imports go one way: graph <- solvers <- zoo <- cmd, datasets <- zoo; datasets knows no graphs.
func TestImportsGoOneWay(t *testing.T) {
	allowed := map[string][]string{
		"datasets": {"datasets"},
		"graph":    {"graph"},
		"solvers":  {"solvers", "graph"},
		"zoo":      {"zoo", "solvers", "graph", "datasets"},
		"cmd":      {"cmd", "zoo", "solvers", "graph", "datasets"},
	}
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Deps \" \"}}", module+"...").Output()
	require.NoError(t, err)
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		from := folder(words[0])
		for _, imported := range words[1:] {
			if strings.HasPrefix(imported, module) {
				require.True(t, slices.Contains(allowed[from], folder(imported)), "%s imports %s", words[0], imported)
			}
			if from == "datasets" {
				require.False(t, strings.HasPrefix(imported, "gorgonia.org/"), "%s imports %s", words[0], imported)
			}
		}
	}
}

// folder is the top-level folder of a package of the module.
func folder(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, module), "/")
	return name
}
