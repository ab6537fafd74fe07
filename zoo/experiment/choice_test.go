package experiment

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// validated is a run of a candidate that ends with an AUC of the validation part.
func validated(alpha float64, seed uint64, auc float64) *Record {
	r := &Record{Results: []Epoch{{ValidAUC: 0.9}, {ValidAUC: Figure(auc)}}}
	r.Seed, r.Parameters = seed, map[string]float64{"alpha": alpha}
	return r
}

func TestTheMeanOverAllSeedsChooses(t *testing.T) {
	c := Choose([]*Record{validated(1, 1, 0.8), validated(2, 1, 0.7), validated(1, 2, 0.6), validated(2, 2, 0.75)})
	require.Len(t, c.Candidates, 2)
	require.Equal(t, 2, c.Seeds)
	require.Equal(t, []float64{2, 2}, []float64{c.Runs[0].Parameters["alpha"], c.Runs[1].Parameters["alpha"]})
	require.Equal(t, []uint64{1, 2}, []uint64{c.Runs[0].Seed, c.Runs[1].Seed})

	first := Choose([]*Record{validated(1, 1, 0.7), validated(2, 1, 0.7)})
	require.Equal(t, 1.0, first.Runs[0].Parameters["alpha"], "the first of equals")
}

func TestACandidateWithFewerSeedsIsNotChosen(t *testing.T) {
	c := Choose([]*Record{validated(1, 1, 0.9), validated(2, 1, 0.7), validated(2, 2, 0.75)})
	require.Equal(t, 2.0, c.Runs[0].Parameters["alpha"])
	require.Equal(t, 1, c.Seeds)
}
