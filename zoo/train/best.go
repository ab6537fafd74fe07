package train

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
)

// bestWeights are the weights of the best evaluation so far, for a run that measures its test part once.
type bestWeights struct {
	name   string // of their checkpoint; "": there are none
	copies map[*graph.Weight]*offheap.Array[float32]
}

// room returns memory for a copy of a weight.
func (b *bestWeights) room(w *graph.Weight) ([]float32, error) {
	if b.copies == nil {
		b.copies = map[*graph.Weight]*offheap.Array[float32]{}
	}
	if b.copies[w] == nil {
		var err error
		if b.copies[w], err = offheap.New[float32](sizeOf(w)); err != nil {
			return nil, fmt.Errorf("zoo: a copy of the best epoch: %w", err)
		}
	}
	return b.copies[w].Data(), nil
}

// sizeOf is how many values of a weight this process has.
func sizeOf(w *graph.Weight) int {
	if w.Table != nil {
		return w.Table.Rows() * w.Table.Dim()
	}
	return len(w.Values())
}

func (b *bestWeights) free() {
	for _, c := range b.copies {
		c.Free()
	}
	b.copies, b.name = nil, ""
}

// keepBest copies the weights of the latest evaluation, whose rows are settled, if it is the best one so far. A run of one
// process that saves checkpoints has them there.
func (t *Trainer) keepBest() error {
	onDisk := t.saver != nil && !t.team.parallel()
	if !t.run.TestOnce || onDisk || t.best() != len(t.history)-1 {
		return nil
	}
	for w := range t.weights.All() {
		values, err := t.kept.room(w)
		if err != nil {
			return err
		}
		if w.Table != nil {
			w.Table.CopyTo(values)
			continue
		}
		copy(values, w.Values())
	}
	t.kept.name = checkpoint.Of(t.Best())
	return nil
}

// testBest measures the test part with the weights of the best evaluation. Afterwards the weights are those of the latest epoch
// again.
func (t *Trainer) testBest() error {
	at := t.best()
	if !t.run.TestOnce || at < 0 || t.history[at].Test != nil {
		return nil
	}
	best := &t.history[at]
	if at < len(t.history)-1 {
		err := t.team.Agree(t.findBest(checkpoint.Of(best)))
		if errors.Is(err, fs.ErrNotExist) { // the run was begun without a monitor
			t.note("the test part is not measured: the checkpoint %s, the best one, was not kept", checkpoint.Of(best))
			return nil
		}
		if err != nil {
			return err
		}
		t.swapBest()
		defer t.swapBest()
	}
	var err error
	if best.Test, err = t.evaluatePart(t.run.Test); err != nil {
		return err
	}
	return t.saver.keepBest(best)
}

// findBest reads the weights of the best evaluation from its checkpoint, unless they are in memory.
func (t *Trainer) findBest(name string) error {
	if t.kept.name == name {
		return nil
	}
	weights, err := checkpoint.OpenWeights(filepath.Join(t.saver.path, name))
	if err != nil {
		return err
	}
	defer weights.Close()
	for w := range t.weights.All() {
		values, err := t.kept.room(w)
		if err != nil {
			return err
		}
		if err := checkpoint.ReadRows(weights, w.Name, values, w.Table); err != nil {
			return err
		}
	}
	t.kept.name = name
	return nil
}

// swapBest exchanges the weights with those of the best evaluation.
func (t *Trainer) swapBest() {
	for w := range t.weights.All() {
		kept, current := t.kept.copies[w].Data(), w.Values()
		if isInHalves(w) {
			swapReader(w.Table, kept)
			continue
		}
		for i := range current {
			current[i], kept[i] = kept[i], current[i]
		}
	}
}

// keptRows are read in place of the rows of a table in bfloat16, which stay as they are.
type keptRows struct {
	values   []float32
	dim      int
	replaced graph.RowReader
}

// ReadRows implements graph.RowReader.
func (k *keptRows) ReadRows(dst []float32, rows []int32) { kernel.Gather(dst, k.values, k.dim, rows) }

// swapReader lets a table be read from kept values, or again as it is.
func swapReader(t *graph.Table, kept []float32) {
	if k, is := t.Reader().(*keptRows); is {
		t.SetReader(k.replaced)
		return
	}
	t.SetReader(&keptRows{kept, t.Dim(), t.Reader()})
}
