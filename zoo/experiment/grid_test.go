package experiment

import (
	"os"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/stretchr/testify/require"
)

func TestReadyGridsAreGood(t *testing.T) {
	require.Contains(t, ReadyGrids(), "adam-table")
	for _, name := range ReadyGrids() {
		g, err := LoadGrid(name, Catalogs{})
		require.NoError(t, err)
		require.NotEmpty(t, g.Title)
	}
	_, endless := LoadGrid("/dev/zero", Catalogs{})
	require.ErrorIs(t, endless, safefile.ErrTooLarge)
	_, err := LoadGrid("none.yaml", Catalogs{})
	require.ErrorContains(t, err, "ready grids: ")
}

// No method may win because it had more candidates, or because it alone could choose its learning rate.
func TestEveryMethodOfAFairGridSearchesItsLearningRate(t *testing.T) {
	fair := []string{
		"adam-table", "adagrad-table", "small-logs-adam", "small-logs-adagrad", "more-data", "drawn-logs",
		"backbones", "factorization-machine", "small-logs-backbones",
	}
	for _, name := range fair {
		g, err := LoadGrid(name, Catalogs{})
		require.NoError(t, err)
		for _, m := range g.Methods {
			require.Len(t, m.candidates(g.Data[0], &g.Catalogs), 6, "%s: %s", name, m.Name)
			rates := map[float64]bool{}
			for _, c := range m.candidates(g.Data[0], &g.Catalogs) {
				rates[c.Parameters["learning_rate"]] = true
			}
			require.Greater(t, len(rates), 1, "%s: %s", name, m.Name)
		}
	}
}

func TestTheScriptOfRecordsRunsEveryReadyGrid(t *testing.T) {
	script, err := os.ReadFile("records.sh")
	require.NoError(t, err)
	for _, name := range ReadyGrids() {
		if name != "small" { // it is to try things out
			require.Regexp(t, `(?m)^( |\[ \$#).*\b`+name+`( |$)`, string(script))
		}
	}
}

const goodGrid = `title: t
data: [{name: synthetic, parameters: {learning_rate: 0.01}}]
models: [dnn]
methods:
  - {solver: adam}
  - {name: AR, solver: adamar, parameters: {alpha: [1, 2], beta1: 0.5}}
  - solver: sam
`

func TestCandidatesAreAllCombinations(t *testing.T) {
	g, err := ParseGrid([]byte(goodGrid), Catalogs{})
	require.NoError(t, err)
	require.Equal(t, []uint64{1, 2, 3}, g.Seeds)
	require.Equal(t, 4, g.Epochs)
	require.Equal(t, "sam", g.Methods[2].Name)
	require.Equal(t, []candidate{
		{Solver: "adamar", Parameters: map[string]float64{"alpha": 1, "beta1": 0.5, "learning_rate": 0.01}},
		{Solver: "adamar", Parameters: map[string]float64{"alpha": 2, "beta1": 0.5, "learning_rate": 0.01}},
	}, g.Methods[1].candidates(g.Data[0], &g.Catalogs))
	cosine := Method{Solver: "adam", Schedule: "cosine", WarmUp: "10"}
	require.Equal(t, []candidate{{Solver: "adam", course: course{"cosine", "10"}}}, cosine.candidates(Data{}, &g.Catalogs))
	rounded := Method{Solver: "adam", Precision: graph.BFloat16}
	require.Equal(t, []candidate{{Solver: "adam", Precision: graph.BFloat16}}, rounded.candidates(Data{}, &g.Catalogs))
	split := Method{Solver: "adamar", Buckets: 5, BucketDecay: Candidates{0.1, 0.2}}
	require.Len(t, split.candidates(Data{}, &g.Catalogs), 2)
}

func TestGridErrorsNameTheLine(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"model":       {"[dnn]", "[dnn, dlrm]", `line 3: $.models[1]: unknown model "dlrm"`},
		"model twice": {"[dnn]", "[dnn, dnn]", `line 3: $.models[1]: "dnn" appears twice`},
		"solver":      {"solver: sam", "solver: sgd", `line 7: $.methods[2]: unknown solver "sgd"`},
		"parameter":   {"alpha:", "rho:", `line 6: $.methods[1]: adamar has no parameter "rho"`},
		"value":       {"[1, 2]", "[1, -2]", "line 6: $.methods[1]: solvers: bad option: WithAlpha(-2)"},
		"schedule":    {"- solver: sam", "- {solver: sam, schedule: linear}", `line 7: $.methods[2]: unsuitable schedule "linear"`},
		"not number":  {"[1, 2]", "[1, x]", "[6:"},
		"same name":   {"name: AR", "name: adam", `the name "adam" appears twice`},
		"no data":     {"[{name: synthetic, parameters: {learning_rate: 0.01}}]", "[]", "line 2: $.data: no data set"},
		"no seed":     {"title: t", "seeds: []", "line 1: $.seeds: no seed"},
		"epochs":      {"title: t", "epochs: -1", "line 1: $.epochs: must be at least 1, got -1"},
		"twice":       {"[{name: synthetic, parameters: {learning_rate: 0.01}}]", "[{name: a}, {name: a, batch_size: 9}]", `$.data[1]: "a" appears twice`},
		"batch size":  {"[{name: synthetic,", "[{name: synthetic, batch_size: -1,", "line 2: $.data[0]: batch_size must be at least 1, got -1"},
		"share":       {"[{name: synthetic,", "[{name: synthetic, keep: {ip: 2},", "line 2: $.data[0]: ablate: bad ablation: keep: ip: the share must be in [0, 1], got 2"},
		"start":       {"title: t", "embedding_init: gauss:1", `line 1: $.embedding_init: want normal:STD, uniform:LIMIT or zeros, got "gauss:1"`},
		"swept start": {"- solver: sam", "- {solver: sam, sweep: {embedding_init: [zeros, one]}}", `line 7: $.methods[2].sweep: embedding_init=one: want normal:STD`},
		"precision":   {"- solver: sam", "- {solver: sam, precision: fp8}", `unknown precision "fp8": want float32 or bf16`},
		"unknown key": {"title: t", "titel: t", "titel"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(goodGrid, c.old, c.new, 1)
			require.NotEqual(t, goodGrid, text)
			_, err := ParseGrid([]byte(text), Catalogs{})
			require.ErrorIs(t, err, ErrGrid)
			require.ErrorContains(t, err, c.want)
		})
	}
}
