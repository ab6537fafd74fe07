package solvers

import (
	"hash/fnv"
	"math/rand/v2"

	"github.com/ctrzoo/ctrzoo/graph"
)

// rounding draws the seeds by which rows of a table are rounded to bfloat16. They depend on the seed of the solver, the table, the row
// of the whole table and the step.
type rounding struct {
	salt  uint64 // of the seed and the table
	shard graph.Shard
}

func newRounding(t *graph.Table, seed uint64) rounding {
	name := fnv.New64a()
	name.Write([]byte(t.Name()))
	return rounding{seed ^ name.Sum64(), t.Shard()}
}

// seeds returns those for the moments and the weights of a row after step k.
func (r *rounding) seeds(row int, k uint32, random *rand.PCG) (m, v, w uint32) {
	whole := row*max(1, r.shard.Size) + r.shard.Rank
	random.Seed(r.salt+uint64(k)<<32, uint64(whole))
	moments, weights := random.Uint64(), random.Uint64()
	return uint32(moments), uint32(moments >> 32), uint32(weights)
}
