package report

import (
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"github.com/stretchr/testify/require"
)

// fair are the records of a table that breaks no rule.
func fair() (records []*experiment.Record) {
	for seed := uint64(1); seed <= 5; seed++ {
		for i, auc := range []float64{0.70, 0.75, 0.72} {
			records = append(records, invented("Adam", "dnn", seed, float64(i), auc), invented("AdamAR", "dnn", seed, float64(i), auc+0.01))
		}
	}
	return records
}

func rulesOf(t *testing.T, records []*experiment.Record) string {
	t.Helper()
	for _, r := range records {
		r.Key = r.Settings.Key()
	}
	return strings.Join(Summarize(storeOf(t, records))[0].Rules(), "\n")
}

func TestAFairTableBreaksNoRule(t *testing.T) {
	require.Empty(t, rulesOf(t, fair()))
}

func TestEachBrokenRuleIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		change func([]*experiment.Record) []*experiment.Record
		want   string
	}{
		"candidates": {func(all []*experiment.Record) []*experiment.Record {
			return without(all, func(r *experiment.Record) bool { return r.Method == "Adam" && r.Parameters["alpha"] == 2 })
		}, "The methods had different numbers of candidates: Adam 2, AdamAR 3."},
		"choice": {func(all []*experiment.Record) []*experiment.Record {
			return without(all, func(r *experiment.Record) bool { return r.Method == "Adam" && r.Parameters["alpha"] != 1 && r.Seed > 1 })
		}, "Not every candidate ran with every seed, so that the first seed alone chose: Adam."},
		"rate": {func(all []*experiment.Record) []*experiment.Record {
			for _, r := range all {
				if r.Method == "Adam" {
					r.Parameters = map[string]float64{"learning_rate": r.Parameters["alpha"]}
				}
			}
			return append(all, invented("AdamAR", "wdl", 1, 0, 0.7))
		}, "Only some methods searched the learning rate: Adam (dnn); not AdamAR."},
		"edge": {func(all []*experiment.Record) []*experiment.Record {
			return without(all, func(r *experiment.Record) bool { return r.Parameters["alpha"] == 0 })
		}, "a better one may lie beyond: Adam on dnn alpha 1, AdamAR on dnn alpha 1."},
		"seeds": {func(all []*experiment.Record) []*experiment.Record {
			return without(all, func(r *experiment.Record) bool { return r.Seed == 5 })
		}, "There are fewer than 5 seeds."},
		"dead": {func(all []*experiment.Record) []*experiment.Record {
			all[2].Results[0].TestAUC = 0.5
			return all
		}, "Adam on dnn (1 of 5; the median is 0.7500)"},
		"builds": {func(all []*experiment.Record) []*experiment.Record {
			all[2].Version, all[3].Version, all[2].Kernel = "a", "b", "avx2"
			return all
		}, "The runs are of several builds (, a, b) and instruction sets (, avx2)."},
	} {
		t.Run(name, func(t *testing.T) { require.Contains(t, rulesOf(t, c.change(fair())), c.want) })
	}
}

// without leaves records out.
func without(all []*experiment.Record, leave func(*experiment.Record) bool) (list []*experiment.Record) {
	for _, r := range all {
		if !leave(r) {
			list = append(list, r)
		}
	}
	return list
}
