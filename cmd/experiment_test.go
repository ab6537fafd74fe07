package cmd

import (
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
