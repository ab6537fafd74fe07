package prepared

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/internal/pass"
)

// RowGroups is a datasets.Source over a Parquet file that is too large for memory. A pass goes through the
// row groups in random order, reads as many as fit, and shuffles their samples among each other.
// While these give their batches, the next ones are read.
//
// Between ranks it is dealt out by group, at least one to each; each rank shuffles within its own. For
// evaluation a rank has a run of whole groups, which are cut into batches again.
type RowGroups struct {
	path   string
	sum    *Sum // of the file
	layout layout
	rows   []int // of each group
	length int
	window int // rows to read at a time, if more than one group fits
}

// Fields returns the fields of every sample.
func (g *RowGroups) Fields() []datasets.Field { return g.layout.fields }

// Len returns the number of samples.
func (g *RowGroups) Len() int { return g.length }

// Batches goes through the samples; see datasets.Source.
func (g *RowGroups) Batches(ctx context.Context, size int, shuffle *rand.Rand) iter.Seq2[*datasets.Batch, error] {
	return func(yield func(*datasets.Batch, error) bool) {
		if size < 1 {
			yield(nil, fmt.Errorf("datasets: batch size must be at least 1, got %d", size))
			return
		}
		g.batches(ctx, size, g.lotsOf(pass.Order(len(g.rows), shuffle), shuffle))(yield)
	}
}

// batches goes through the samples of some lots, size at a time.
func (g *RowGroups) batches(ctx context.Context, size int, lots []lot) iter.Seq2[*datasets.Batch, error] {
	return func(yield func(*datasets.Batch, error) bool) {
		var b datasets.Batch
		for part, err := range ahead(ctx, g.read(ctx, lots)) {
			for err == nil && len(part.order) > 0 {
				if b.Rows == size { // it was given away
					b.Clear()
				}
				n := min(size-b.Rows, len(part.order))
				b.Append(part.samples, part.order[:n])
				part.order = part.order[n:]
				if err = ctx.Err(); err == nil && b.Rows == size && !yield(&b, nil) {
					return
				}
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(nil, err)
			return
		}
		if 0 < b.Rows && b.Rows < size {
			yield(&b, nil)
		}
	}
}

// lot is some row groups that are in memory at the same time.
type lot struct {
	groups  []int32
	rows    int
	shuffle *rand.Rand // of its samples; or nil
}

// lotsOf divides row groups into lots. It draws all random numbers before anything is read, so that the
// generator is the same afterwards even if the pass ends early.
func (g *RowGroups) lotsOf(groups []int32, shuffle *rand.Rand) []lot {
	var list []lot
	for _, group := range groups {
		rows := g.rows[group]
		if len(list) == 0 || list[len(list)-1].rows+rows > g.window {
			list = append(list, lot{})
			if shuffle != nil {
				list[len(list)-1].shuffle = rand.New(rand.NewPCG(shuffle.Uint64(), shuffle.Uint64()))
			}
		}
		last := &list[len(list)-1]
		last.groups, last.rows = append(last.groups, group), last.rows+rows
	}
	return list
}

// window is the samples of a lot, and the order in which they are given.
type window struct {
	samples *datasets.Batch
	order   []int32
}

// read reads lots into two buffers in turn.
func (g *RowGroups) read(ctx context.Context, lots []lot) iter.Seq2[window, error] {
	return func(yield func(window, error) bool) {
		r, err := openReader(g.path, g.layout, g.sum)
		if err != nil {
			yield(window{}, err)
			return
		}
		defer r.close()
		var buffers [2]datasets.Batch
		for i, l := range lots {
			s := &buffers[i%2]
			s.Clear()
			if err := r.readGroups(ctx, l.groups, s); err != nil {
				yield(window{}, err)
				return
			}
			if !yield(window{s, pass.Order(l.rows, l.shuffle)}, nil) {
				return
			}
		}
	}
}

var _ datasets.Divider = (*RowGroups)(nil)
