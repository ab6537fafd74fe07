package stream_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/stream"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

var long = flag.Bool("long", false, "run the long forms of the tests")

// everyKind has each kind of field: lists by mean and by sum, shared rows, buckets, unknown values that count as nothing.
const everyKind = `
label: click
fields:
  - {name: user}
  - {name: item}
  - {name: price, kind: numeric}
  - {name: history, kind: list, length: 3, separator: "|", shares: item}
  - {name: tags, kind: list, length: 2, separator: "|", pooling: sum}
  - {name: brand, oov: zero}
  - {name: site, hash: 7}
`

// writeDay writes a log whose values are numbers in [from, to).
func writeDay(t testing.TB, seed uint64, rows, from, to int) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	value := func() string { return fmt.Sprint("v", from+rng.IntN(to-from)) }
	var text strings.Builder
	text.WriteString("click,user,item,price,history,tags,brand,site\n")
	for range rows {
		history := strings.Repeat(value()+"|", rng.IntN(4))
		fmt.Fprintf(&text, "%d,%s,%s,%.2f,%s,%s|%s,%s,%s\n", rng.IntN(2), value(), value(), rng.Float64(), strings.TrimSuffix(history, "|"), value(), value(), value(), value())
	}
	path := filepath.Join(t.TempDir(), "day.csv")
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	return path
}

// life is a model that is trained by days.
type life struct {
	testing.TB
	schema *schema.Schema
	model  zoo.Model
	solver func() (solvers.Solver, error)
}

// day trains a day in a new directory, anew or from an earlier one, whose encoding is base.
func (l *life) day(path, from string, base *datasets.Encoding) string {
	l.Helper()
	set, err := encode.Open(context.Background(), l.schema, rawlog.Files{Train: []string{path}}, encode.Options{Base: base, KeepWaiting: true})
	require.NoError(l, err)
	dir := filepath.Join(l.TempDir(), "run")
	d, err := checkpoint.Create(dir, nil)
	require.NoError(l, err)
	defer d.Close()
	result, err := train.Train(context.Background(), train.Run{
		Model: l.model, Solver: testrun.Must(l.solver()), Train: set.Train, BatchSize: 10, Epochs: 1, Seed: 3,
		Encoding: set.Encoding, From: from, FromEncoding: base, Checkpoints: &train.Checkpoints{Directory: d},
	})
	require.NoError(l, err)
	result.Free()
	return dir
}

// logits predicts raw samples with the model of a directory and an encoding; nil means its own.
func logits(t testing.TB, dir string, x *datasets.Encoding, path string) []float32 {
	t.Helper()
	m, err := predict.Load(dir)
	require.NoError(t, err)
	defer m.Free()
	if x == nil {
		x = m.Encoding
	}
	p, err := m.Predictor()
	require.NoError(t, err)
	var all []float32
	for rows, err := range encode.ReadRows(context.Background(), x, []string{path}, encode.RowOptions{Size: 500}) {
		require.NoError(t, err)
		some := make([]float32, rows.Rows)
		require.NoError(t, p.Logits(some, &rows.Batch))
		all = append(all, some...)
	}
	return all
}

// Values that leave change no bit of any prediction, neither now nor after more days without them.
func TestEvictionChangesNoPrediction(t *testing.T) {
	described, err := schema.Parse([]byte(everyKind))
	require.NoError(t, err)
	alphas := []float64{1e-2}
	samples := 500
	if *long {
		alphas, samples = []float64{1e-5, 1e-4, 1e-3, 1e-2}, 5000
	}
	settings := testrun.SmallSettings()
	testrun.ForEveryModel(t, settings, func(t *testing.T, _ string, m zoo.Model) {
		for _, name := range []string{"adamar", "adagradar"} {
			for _, alpha := range alphas {
				t.Run(fmt.Sprint(name, " ", alpha), func(t *testing.T) {
					e := testrun.Must(solvers.Find(name))
					l := &life{t, described, m, func() (solvers.Solver, error) { return e.New(solvers.WithAlpha(alpha)) }}
					l.evicts(t, samples)
				})
			}
		}
	})
}

func (l *life) evicts(t *testing.T, samples int) {
	horizon, tail, err := solvers.Vanishing(testrun.Must(l.solver()))
	require.NoError(t, err)
	first := l.day(writeDay(t, 1, 400, 0, 60), "", nil)
	read := func(dir string) *datasets.Encoding {
		m, err := predict.Load(dir)
		require.NoError(t, err)
		defer m.Free()
		return m.Encoding
	}
	second := l.day(writeDay(t, 2, 10*(max(horizon, tail)+5), 40, 90), first, read(first))
	e, err := stream.Evict(second, stream.Rule{Vanished: true, Tail: tail})
	require.NoError(t, err)
	require.Empty(t, e.Kept)
	// v0 to v39 of user, item, tags and brand; all others, too, if the gradients of a model have become zero.
	require.GreaterOrEqual(t, e.Evicted, 4*40)
	require.Equal(t, int32(0), e.Encoding.Vocabularies[0].ID("v7"))

	asked := writeDay(t, 3, samples, 0, 100) // dead, alive and unknown
	require.Equal(t, logits(t, second, nil, asked), logits(t, second, e.Encoding, asked))

	more := writeDay(t, 4, 300, 60, 120)
	with, without := l.day(more, second, read(second)), l.day(more, second, e.Encoding)
	require.Less(t, read(without).Vocabularies[0].Len(), read(with).Vocabularies[0].Len(), "ids were taken over")
	again := writeDay(t, 5, samples, 0, 130)
	require.Equal(t, logits(t, with, nil, again), logits(t, without, nil, again))
	kept := rowsByValue(t, with)
	for value, row := range rowsByValue(t, without) {
		require.Equal(t, kept[value], row, value)
	}
}

// rowsByValue returns the bits of all weights: those of dense weights by their names, those of rows by table, field and value, and
// those of buckets and of unknown values by id.
func rowsByValue(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	m, err := predict.Load(dir)
	require.NoError(t, err)
	defer m.Free()
	all := map[string][]byte{}
	for w := range m.Weights.All() {
		if w.Table == nil {
			all[w.Name] = bytes.Clone(offheap.Bytes(w.Values()))
			continue
		}
		for i, f := range m.Fields {
			if f.Kind == datasets.Numeric || f.Shares != "" {
				continue
			}
			rows, err := m.Rows(w.Name, f.Name)
			require.NoError(t, err)
			for r := range rows {
				name := fmt.Sprint(w.Name, " ", f.Name, " ", r.Value)
				if v := m.Encoding.Vocabularies[i]; r.ID == 0 || v == nil {
					name = fmt.Sprint(w.Name, " ", f.Name, " id ", r.ID)
				} else if v.IsFree(int32(r.ID)) {
					continue
				}
				all[name] = bytes.Clone(offheap.Bytes(r.Vector))
			}
		}
	}
	return all
}

func TestValuesThatMustStay(t *testing.T) {
	for want, text := range map[string]string{
		"min_count is above 1":                        "label: click\nfields: [{name: user, min_count: 3}]\n",
		"the mean of the list tags does not count":    "label: click\nfields: [{name: tags, kind: list, length: 2, separator: \"|\", oov: zero}]\n",
		"the mean of the list history does not count": "label: click\nfields: [{name: item, oov: zero}, {name: history, kind: list, length: 2, separator: \"|\", shares: item}]\n",
	} {
		described, err := schema.Parse([]byte(text))
		require.NoError(t, err)
		l := &life{t, described, zoo.DNN{EmbeddingDim: 2, HiddenUnits: []int{2}}, func() (solvers.Solver, error) { return solvers.NewAdamAR(solvers.WithAlpha(0.1)) }}
		dir := l.day(writeDay(t, 1, 2000, 0, 600), "", nil)
		e, err := stream.Evict(dir, stream.Rule{Vanished: true, Tail: 154})
		require.NoError(t, err)
		require.Zero(t, e.Evicted)
		for _, why := range e.Kept {
			require.Contains(t, why, want)
		}
		require.Len(t, e.Kept, 1)
		idle, err := stream.Evict(dir, stream.Rule{Vanished: true, Tail: 154, Idle: 50})
		require.NoError(t, err)
		require.Positive(t, idle.Evicted, "to be idle is enough in any field")
		require.Equal(t, idle.Evicted, idle.Idle)
		require.Equal(t, e.Kept, idle.Kept)
	}
	_, err := stream.Evict(t.TempDir(), stream.Rule{Vanished: true, Tail: 154})
	require.ErrorIs(t, err, checkpoint.ErrNoCheckpoint)
}

// Values leave by their idle steps under a solver whose rows never vanish, and take what their rows hold with them.
func TestIdleValuesLeaveUnderAnySolver(t *testing.T) {
	described, err := schema.Parse([]byte(everyKind))
	require.NoError(t, err)
	l := &life{t, described, zoo.WDL{EmbeddingDim: 4, HiddenUnits: []int{8}}, func() (solvers.Solver, error) { return solvers.NewAdam() }}
	first := l.day(writeDay(t, 1, 400, 0, 60), "", nil)
	m, err := predict.Load(first)
	require.NoError(t, err)
	defer m.Free()
	second := l.day(writeDay(t, 2, 1000, 40, 90), first, m.Encoding) // 100 steps
	before := testrun.Must(predict.Load(second))
	defer before.Free()
	for idle, want := range map[int]int{95: 4 * 40, 145: 0} { // the first 40 were last touched in one of the last of 40 steps
		e, err := stream.Evict(second, stream.Rule{Idle: idle})
		require.NoError(t, err)
		require.Equal(t, []int{want, want}, []int{e.Evicted, e.Idle}, "idle for %d steps", idle)
	}
	e, err := stream.Evict(second, stream.Rule{Idle: 95})
	require.NoError(t, err)
	asked := writeDay(t, 3, 500, 0, 40)
	require.NotEqual(t, logits(t, second, nil, asked), logits(t, second, e.Encoding, asked), "predictions change")
	third := l.day(writeDay(t, 4, 10, 0, 1), second, e.Encoding)
	again := testrun.Must(predict.Load(third))
	defer again.Free()
	id := again.Encoding.Vocabularies[0].ID("v0")
	require.Less(t, int(id), before.Encoding.Vocabularies[0].Len(), "it has taken over an id")
}
