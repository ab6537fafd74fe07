package bench

import (
	"sync"
	"testing"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/ctrzoo/ctrzoo/zoo"
)

func TestRankBenchmark(t *testing.T) {
	dnn, din := zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8}}, zoo.DIN{EmbeddingDim: 4, HiddenUnits: []int{8}, AttentionHiddenUnits: []int{4}}
	for _, c := range []struct {
		model   zoo.Model
		history int
		sharded bool
	}{{dnn, 0, false}, {dnn, 0, true}, {din, 3, false}} {
		var all sync.WaitGroup
		for rank, comm := range ranks.Local(2) {
			all.Go(func() {
				f, err := RankBenchmark{
					Model: c.model, History: c.history, NewSolver: func() (solvers.Solver, error) { return solvers.NewAdamAR() },
					Comm: comm, BatchSize: 64, Rows: 2400, Rounds: 2, ShardTables: c.sharded,
				}.Run(t.Context())
				if err != nil || rank > 0 {
					if err != nil || f != nil {
						t.Errorf("rank %d: figures %v, error %v", rank, f, err)
					}
					return
				}
				alone, together := f.SamplesPerSecond()
				if !(f.Rounds == 2 && f.Ranks == 2 && alone > 0 && together > 0 && f.Exchange > 0 && f.Exchange < 1 && f.Speedup == f.Alone/f.Together) {
					t.Errorf("%+v", f)
				}
			})
		}
		all.Wait()
	}
}
