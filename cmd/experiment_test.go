package cmd

import (
	"os"
	"testing"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"github.com/stretchr/testify/require"
)

func TestAGridIsNarrowedByFlags(t *testing.T) {
	narrowed := func(o experimentOptions) (*experiment.Grid, error) {
		c, err := flags.NewCatalogs(flags.Own{})
		require.NoError(t, err)
		grid, err := experiment.LoadGrid("adam-table", c.Experiments())
		require.NoError(t, err)
		o.data, o.parallel = dataSources{catalogs: c}, 1
		return grid, o.narrow(grid)
	}
	grid, err := narrowed(experimentOptions{only: []string{"synthetic"}, models: []string{"wdl", "dnn"}, methods: []string{"AdamAR"}})
	require.NoError(t, err)
	require.Equal(t, []string{"dnn", "wdl"}, grid.Models, "in the order of the grid")
	require.Len(t, grid.Data, 1)
	require.Len(t, grid.Methods, 1)
	require.Equal(t, "AdamAR", grid.Methods[0].Name)
	for want, o := range map[string]experimentOptions{
		`--models: the grid has no model "lr"`:             {models: []string{"lr"}},
		`--only-data: the grid has no data set "shop"`:     {only: []string{"shop"}},
		`--methods: the grid has no method "adamar"`:       {methods: []string{"adamar"}},
		`say --data amazon=DIR, or leave it out by --only`: {},
	} {
		_, err := narrowed(o)
		require.ErrorContains(t, err, want)
	}
}

func TestADryRunPrintsWhatIsLeft(t *testing.T) {
	t.Chdir(t.TempDir())
	const grid = "title: few\ndata: [{name: synthetic}]\nmodels: [lr]\nmethods: [{solver: adam}, {solver: adamar, parameters: {alpha: [1e-4, 1e-3]}}]\n"
	require.NoError(t, os.WriteFile("grid.yaml", []byte(grid), 0o600))
	code, stdout, stderr := zooCommand(t, "experiment", "grid.yaml", "--dry-run")
	require.Zero(t, code, stderr)
	require.Equal(t, "data       model  method  recorded  left\n"+
		"synthetic  lr     adam    0         3\n"+
		"synthetic  lr     adamar  0         6\n"+
		"all                       0         9\n", stdout)
	left, err := os.ReadDir(".")
	require.NoError(t, err)
	require.Len(t, left, 1, "nothing is written")
}
