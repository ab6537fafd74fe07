package graph

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Every weight that a Builder makes knows what made it.
func TestWeightsKnowWhatMadeThem(t *testing.T) {
	b := newTestBuilder(Field{Name: "f", Rows: 3}, Field{Name: "g", Rows: 3}, Field{Name: "x", Kind: Numeric})
	e := b.Embed("emb", 2)
	b.Wide("wide")
	b.MLP("tower", e, []int{4}, 0)
	b.MLP("second", b.Concat(e, e), nil, 0)
	b.Linear("layer", e, 2, false)
	b.CIN("cin", e, []int{2}, false)
	v := b.LayerNorm("norm", b.Concat(b.FMB("fmb", e, 2, 1, 1, nil), b.LCB("lcb", e, 2, 1)), 2)
	b.MLP("third", v, nil, 0)
	b.MLP("fourth", b.Carry(e, v), nil, 0)
	b.Weight("own/bias", 1, 1, Zeros())
	b.Table("own/table", 2)
	require.NoError(t, b.Err())
	type made struct {
		role        Role
		block, over string
	}
	got := map[string]made{}
	for w := range b.weights.All() {
		got[w.Name] = made{w.Role, w.Block, w.Over}
	}
	require.Equal(t, map[string]made{
		"emb/table":             {RoleEmbedding, "emb", ""},
		"emb/numeric":           {RoleEmbedding, "emb", ""},
		"wide/table":            {RoleWide, "wide", ""},
		"wide/numeric":          {RoleWide, "wide", ""},
		"tower/0/weight":        {RoleDense, "tower", "emb"},
		"tower/0/bias":          {RoleBias, "tower", ""},
		"tower/out/weight":      {RoleDense, "tower", "emb"},
		"tower/out/bias":        {RoleBias, "tower", ""},
		"second/out/weight":     {RoleDense, "second", ""},
		"second/out/bias":       {RoleBias, "second", ""},
		"layer/weight":          {RoleDense, "layer", ""},
		"layer/bias":            {RoleBias, "layer", ""},
		"cin/0/weight":          {RoleInteraction, "cin/0", ""},
		"cin/out/weight":        {RoleInteraction, "cin/out", ""},
		"fmb/projection/weight": {RoleInteraction, "fmb/projection", ""},
		"fmb/norm/gain":         {RoleGain, "fmb/norm", ""},
		"fmb/norm/bias":         {RoleBias, "fmb/norm", ""},
		"fmb/mlp/out/weight":    {RoleDense, "fmb/mlp/out", ""},
		"fmb/mlp/out/bias":      {RoleBias, "fmb/mlp/out", ""},
		"lcb/weight":            {RoleInteraction, "lcb", ""},
		"norm/gain":             {RoleGain, "norm", ""},
		"norm/bias":             {RoleBias, "norm", ""},
		"third/out/weight":      {RoleDense, "third", ""},
		"third/out/bias":        {RoleBias, "third", ""},
		"fourth/out/weight":     {RoleDense, "fourth", "emb"},
		"fourth/out/bias":       {RoleBias, "fourth", ""},
		"own/bias":              {RoleOther, "own/bias", ""},
		"own/table":             {RoleOther, "own/table", ""},
	}, got)
	frozen, err := b.weights.Frozen()
	require.NoError(t, err)
	require.Equal(t, RoleDense, frozen.Get("tower/0/weight").Role)
}
