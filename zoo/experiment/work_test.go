package experiment

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheShareOfWorkIsOneOfTime(t *testing.T) {
	w := work{}
	require.Equal(t, 1.0, w.share(), "there is nothing to do")
	fast, slow, other := w.of(kind{model: "dnn"}), w.of(kind{model: "wukong"}), w.of(kind{model: "wdl"})
	fast.planned, slow.planned = 1000, 1000
	fast.trained = 500
	require.Equal(t, 0.25, w.share(), "nothing is known: all samples cost the same")
	fast.timed, fast.took = 500, time.Second
	require.Equal(t, 0.25, w.share())
	slow.trained, slow.timed, slow.took = 500, 500, 9*time.Second
	require.Equal(t, 0.5, w.share())
	slow.trained = 600 // of a run that has not ended
	require.InDelta(t, (1.0+9*600/500)/20, w.share(), 0.05)
	other.planned = 1000 // costs 10 seconds for 1000 samples, as the others do on average
	slow.trained = 500
	require.InDelta(t, 10.0/30, w.share(), 1e-12)
}

func TestTheProgressOfAGridGrowsToItsEnd(t *testing.T) {
	r := smallRunner(t, filepath.Join(t.TempDir(), "records.jsonl"))
	r.Grid.Seeds, r.Parallel = r.Grid.Seeds[:1], 2
	var shares []float64
	samples := 0
	r.OnProgress = func(p Progress) {
		shares = append(shares, p.Share)
		require.GreaterOrEqual(t, p.DoneSamples, samples)
		samples = p.DoneSamples
	}
	require.NoError(t, r.Run(t.Context()))
	require.Greater(t, len(shares), 20)
	for _, s := range shares {
		require.GreaterOrEqual(t, s, 0.0)
		require.LessOrEqual(t, s, 1.0)
	}
	require.InDelta(t, 1, shares[len(shares)-1], 1e-9)
}
