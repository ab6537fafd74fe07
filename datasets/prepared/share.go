package prepared

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/internal/pass"
)

// Share implements datasets.Divider.
func (g *RowGroups) Share(rank, ranks int) datasets.Share { return &share{g, rank, ranks} }

// share is a share of a source of row groups.
type share struct {
	*RowGroups
	rank, ranks int
}

// Check implements datasets.Share.
func (p *share) Check(size int) error {
	if len(p.rows) < p.ranks {
		return fmt.Errorf("%w: %s has %d row groups for %d ranks, each of which needs at least one", datasets.ErrDivide, p.path, len(p.rows), p.ranks)
	}
	return datasets.CheckShare(size, p.ranks)
}

// Batches implements datasets.Share.
func (p *share) Batches(ctx context.Context, size int, shuffle *rand.Rand) iter.Seq2[*datasets.Batch, error] {
	if err := p.Check(size); err != nil {
		return pass.Failed[*datasets.Batch](err)
	}
	n := size / p.ranks
	return func(yield func(*datasets.Batch, error) bool) {
		groups, most := p.deal(pass.Order(len(p.rows), shuffle))
		own := shuffle
		if shuffle != nil && p.ranks > 1 {
			own = p.own(shuffle)
		}
		pass.Padded(p.batches(ctx, n, p.lotsOf(groups, own)), pass.Batches(most, n), &datasets.Batch{})(yield)
	}
}

// deal gives each group, in the order that all ranks know, to the rank with the fewest samples so far. It
// returns the groups of this rank, and the most samples of any.
func (p *share) deal(groups []int32) (own []int32, most int) {
	samples := make([]int, p.ranks)
	for _, group := range groups {
		to := 0
		for r, n := range samples {
			if n < samples[to] {
				to = r
			}
		}
		if to == p.rank {
			own = append(own, group)
		}
		samples[to] += p.rows[group]
		most = max(most, samples[to])
	}
	return own, most
}

// own returns the rank's own generator, drawn from the one that all ranks have.
func (p *share) own(shuffle *rand.Rand) *rand.Rand {
	var own *rand.Rand
	for r := range p.ranks {
		if next := rand.NewPCG(shuffle.Uint64(), shuffle.Uint64()); r == p.rank {
			own = rand.New(next)
		}
	}
	return own
}

// Whole implements datasets.Share: runs of groups of about equal numbers of samples.
func (p *share) Whole(ctx context.Context, size int) iter.Seq2[*datasets.Batch, error] {
	if size < 1 {
		return p.RowGroups.Batches(ctx, size, nil)
	}
	var own []int32
	rows, before := make([]int, p.ranks), 0
	for group, n := range p.rows {
		middle := before + n/2
		to := min(p.ranks-1, middle*p.ranks/max(1, p.length))
		if rows[to] += n; to == p.rank {
			own = append(own, int32(group))
		}
		before += n
	}
	most := 0
	for _, n := range rows {
		most = max(most, pass.Batches(n, size))
	}
	return pass.Padded(p.batches(ctx, size, p.lotsOf(own, nil)), most, &datasets.Batch{})
}
