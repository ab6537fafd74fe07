package train_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/stretchr/testify/require"
)

var solversAndBytes = regexp.MustCompile(`(?m)^\| ([a-z0-9, -]+) \|.*\| (\d+) \|$`)

// The table of docs/limits.md says how many bytes a row of 16 values needs with its state.
func TestMemoryPerRowIsAsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/limits.md")
	require.NoError(t, err)
	documented := map[string]string{}
	for _, line := range solversAndBytes.FindAllStringSubmatch(string(text), -1) {
		for _, name := range strings.Split(line[1], ", ") {
			documented[name] = line[2]
		}
	}
	measured := map[string]string{}
	for _, e := range solvers.Entries() {
		measured[e.Name] = fmt.Sprint(bytesPerRow(t, testrun.Must(e.New())))
	}
	require.Equal(t, measured, documented)
}

// bytesPerRow is what a row of 16 values needs with its state.
func bytesPerRow(t *testing.T, s solvers.Solver) int {
	t.Helper()
	const rows, dim = 1000, 16
	table, err := graph.NewTable("t", rows, dim)
	require.NoError(t, err)
	defer table.Free()
	state, ok := solvers.As[solvers.Stateful](s)
	require.True(t, ok)
	parts, err := state.State(table)
	require.NoError(t, err)
	values := rows * dim
	for _, p := range parts {
		if p.ByRow() {
			values += len(p.Floats) + len(p.Ints)
		}
	}
	return values * 4 / rows
}
