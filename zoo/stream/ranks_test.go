package stream_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/stream"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// job trains days on the ranks of a job, each for at most so many steps, and returns the records of each rank without their
// times, and its error.
func job(size int, dir string, o stream.Options, list []stream.Day, steps int) ([][]stream.Record, []error) {
	records, errs := make([][]stream.Record, size), make([]error, size)
	var all sync.WaitGroup
	for rank, comm := range ranks.Local(size) {
		all.Go(func() { records[rank], errs[rank] = onRank(comm, dir, o, list, steps) })
	}
	all.Wait()
	return records, errs
}

func onRank(comm ranks.Comm, dir string, o stream.Options, list []stream.Day, steps int) ([]stream.Record, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	o.Run.Parallel.Comm = comm
	o.Run.OnStep = func(train.Step) {
		if steps--; steps == 0 && comm.Rank() == comm.Size()-1 { // the others learn of it
			cancel()
		}
	}
	s, err := stream.Open(dir, o)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	for _, d := range list {
		if _, err := s.Train(ctx, d); err != nil {
			return s.Records(), err
		}
	}
	records := s.Records()
	for i := range records {
		records[i].Seconds, records[i].Files = 0, nil
	}
	return records, nil
}

// A stream of several ranks ends with the same bytes with its tables on every rank or spread over them, left alone or interrupted.
func TestAStreamOfSeveralRanks(t *testing.T) {
	t.Parallel() // it waits for disks and for other ranks
	list, o := days(t, 5), options(t)
	o.Run.Parallel.CheckRanks = 50
	o.Run.Model = zoo.WDL{EmbeddingDim: 4, HiddenUnits: []int{8}}
	in := func(name string) string { return filepath.Join(t.TempDir(), name) }
	whole, spread, broken := in("whole"), in("spread"), in("broken")
	want, errs := job(2, whole, o, list, -1)
	require.Equal(t, []error{nil, nil}, errs)
	require.Equal(t, want[0], want[1], "every rank has the records of rank 0")
	require.NotNil(t, want[0][1].TestAUC)
	require.Positive(t, want[0][4].RowsEvicted)

	o.Run.Parallel.ShardTables = true
	got, errs := job(2, spread, o, list, -1)
	require.Equal(t, []error{nil, nil}, errs)
	require.Equal(t, want, got)
	areBalanced(t, spread, 2)
	for i := 0; ; i++ {
		o.Run.Parallel.ShardTables = i%2 == 0
		got, errs = job(2, broken, o, list, 200)
		if errs[0] == nil {
			break
		}
		require.ErrorIs(t, errs[1], context.Canceled)
	}
	require.Equal(t, want, got)
	for _, dir := range []string{spread, broken} {
		require.Equal(t, testrun.LatestFiles(t, filepath.Join(whole, "current")), testrun.LatestFiles(t, filepath.Join(dir, "current")))
		require.Equal(t, vocabulary(t, whole), vocabulary(t, dir))
	}
	one := through(t, in("one"), o, list, -1)
	for i, r := range one { // of one process: but for rounding the same
		require.Equal(t, []int{r.RowsAlive, r.RowsNew, r.Samples}, []int{want[0][i].RowsAlive, want[0][i].RowsNew, want[0][i].Samples})
		require.InDelta(t, r.TrainLoss, want[0][i].TrainLoss, 1e-2)
	}
}

func vocabulary(t *testing.T, dir string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "current", "vocabulary.safetensors"))
	require.NoError(t, err)
	return checkpoint.Hash(data)
}

// Ids are taken over the lowest first, so the rows in use stay spread evenly over the ranks, which take turns row by row.
func areBalanced(t *testing.T, dir string, size int) {
	t.Helper()
	m, err := predict.Load(dir)
	require.NoError(t, err)
	defer m.Free()
	first, _, err := graph.FirstRows(zoo.GraphFields(m.Fields))
	require.NoError(t, err)
	held, alive := make([]int, size), 0
	for i, v := range m.Encoding.Vocabularies {
		if v == nil || m.Fields[i].Shares != "" {
			continue
		}
		for id := int32(1); int(id) < v.Len(); id++ {
			if !v.IsFree(id) {
				held[(first[i]+int(id))%size]++
				alive++
			}
		}
	}
	for rank, n := range held {
		require.InEpsilon(t, float64(alive)/float64(size), float64(n), 0.1, "rank %d of %v", rank, held)
	}
}

// What the ranks cannot do is refused before the first day, on all of them, and the folder is free again.
func TestAStreamThatRanksCannotTrain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "s")
	for want, change := range map[string]func(*stream.Options){
		"batches of 11 samples cannot be divided between 2 ranks": func(o *stream.Options) { o.Run.BatchSize = 11 },
		"tables cannot be spread: SAM needs the norm": func(o *stream.Options) {
			o.Run.Parallel.ShardTables = true
			o.NewSolver = func(int) (solvers.Solver, error) { return testrun.Must(solvers.Find("sam")).New() }
		},
	} {
		o := options(t)
		change(&o)
		_, errs := job(2, dir, o, nil, -1)
		for _, err := range errs {
			require.ErrorContains(t, err, want)
		}
		require.ErrorIs(t, errs[0], stream.ErrRanks)
		require.NoDirExists(t, dir)
	}
	// A folder that another stream has, and a day that is not there.
	taken, err := stream.Open(dir, options(t))
	require.NoError(t, err)
	_, errs := job(2, dir, options(t), nil, -1)
	require.ErrorIs(t, errs[0], checkpoint.ErrInUse)
	require.ErrorContains(t, errs[1], checkpoint.ErrInUse.Error())
	require.NoError(t, taken.Close())
	_, errs = job(2, dir, options(t), []stream.Day{{Name: "day", Files: []string{filepath.Join(dir, "nowhere")}}}, -1)
	for rank, err := range errs {
		require.ErrorContains(t, err, "nowhere", fmt.Sprint("rank ", rank))
	}
}
