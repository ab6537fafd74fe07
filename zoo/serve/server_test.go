package serve

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/stretchr/testify/require"
)

// The names of the checkpoints of a run.
const (
	third  = "epoch-0003-batch-00000000"
	fourth = "epoch-0004-batch-00000000"
)

func run(t testing.TB, s *testrun.Saved) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "ads")
	_, err := s.Train(dir, -1)
	require.NoError(t, err)
	return dir
}

func newServer(t testing.TB, dir string, o Options) *Server {
	t.Helper()
	s := New(o)
	require.NoError(t, s.Add("", dir))
	t.Cleanup(s.Close)
	return s
}

// newCall is a request with some candidates of one user.
func newCall(n int) *Call {
	c := &Call{}
	c.Reset("test")
	c.Model = "ads"
	items := make([]string, n)
	for i := range items {
		items[i] = []string{"p", "q", "unseen"}[i%3]
	}
	c.Inputs = append(c.Inputs, encode.Cells{Column: "a", Texts: items}, encode.Cells{Column: "x", Doubles: []float64{1}},
		encode.Cells{Column: "b/values", Texts: []string{"v1"}}, encode.Cells{Column: "past", Lists: [][]string{{"p", "q"}}},
		encode.Cells{Column: "t", Texts: []string{"2026-01-01"}})
	return c
}

func ask(t testing.TB, s *Server, version string) []float32 {
	t.Helper()
	c := newCall(10)
	c.Version = version
	require.NoError(t, s.Infer(c))
	return c.Probabilities
}

// watched keeps every version that was served.
type watched struct {
	server   *Server
	versions []*version
}

func (w *watched) Answered(*Call, error) {}
func (w *watched) Changed(Status, error) {
	w.versions = append(w.versions, w.server.models["ads"].current)
}

// Under load, every request is answered by a version as a whole, and all versions but the last are free in the end.
func TestSwapsUnderLoad(t *testing.T) {
	dir := run(t, testrun.NewMixed(t))
	w := &watched{}
	s := New(Options{Observers: []Observer{w}})
	w.server = s
	require.NoError(t, s.Add("", dir))
	want := map[string][]float32{}
	for _, name := range []string{third, fourth} {
		require.NoError(t, s.Load("ads", name))
		want[name] = ask(t, s, name)
	}
	require.NotEqual(t, want[third], want[fourth])
	var stop atomic.Bool
	var asked atomic.Int64
	var callers sync.WaitGroup
	for range 4 {
		callers.Go(func() {
			for !stop.Load() {
				c := newCall(10)
				if err := s.Infer(c); err != nil {
					t.Error(err)
					return
				}
				if !equal(want[c.Served], c.Probabilities) {
					t.Errorf("%s: %v", c.Served, c.Probabilities)
				}
				asked.Add(1)
			}
		})
	}
	for i := range 50 {
		require.NoError(t, s.Load("ads", []string{third, fourth}[i%2]))
	}
	stop.Store(true)
	callers.Wait()
	require.Greater(t, asked.Load(), int64(50))
	s.Close()
	require.Len(t, w.versions, 53)
	for _, v := range w.versions {
		require.Zero(t, v.users.Load(), "somebody holds a version still, or lets go of it twice")
	}
}

func equal(a, b []float32) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

// A request that holds a version finishes with it.
func TestAReplacedVersionIsFreedByItsLastUser(t *testing.T) {
	s := newServer(t, run(t, testrun.NewMixed(t)), Options{})
	held, err := s.models["ads"].acquire("")
	require.NoError(t, err)
	require.NoError(t, s.Load("ads", third))
	require.EqualValues(t, 1, held.users.Load())
	require.NoError(t, held.answer(newCall(3), 10))
	held.release()
	require.Zero(t, held.users.Load())
}

func TestABadVersionLeavesTheOldOne(t *testing.T) {
	dir := run(t, testrun.NewMixed(t))
	s := newServer(t, dir, Options{})
	require.NoError(t, s.Load("ads", third))
	want := ask(t, s, third)
	path := filepath.Join(dir, fourth, "weights.safetensors")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	data[len(data)-1] ^= 1
	require.NoError(t, os.WriteFile(path, data, 0o600))
	require.ErrorIs(t, s.Load("ads", fourth), checkpoint.ErrDamaged)
	require.Equal(t, want, ask(t, s, ""))
	status := s.Models()[0]
	require.Equal(t, third, status.Version)
	require.Contains(t, status.Reason, "damaged")
	require.Error(t, s.Load("ads", "epoch-0099-batch-00000000"))
	require.Equal(t, want, ask(t, s, ""))
}

func TestAVersionWithOtherColumnsIsRefused(t *testing.T) {
	dir, other := run(t, testrun.NewMixed(t)), run(t, testrun.NewSaved(t))
	load := func(path string) (*predict.Trained, error) {
		if filepath.Base(path) == third {
			path = other
		}
		return predict.Load(path)
	}
	s := newServer(t, dir, Options{Load: load})
	require.ErrorIs(t, s.Load("ads", third), ErrColumns)
	ask(t, s, fourth)
	s = newServer(t, dir, Options{Load: load, OtherColumns: true})
	require.NoError(t, s.Load("ads", third))
}

func TestWatchFollowsTheLinkCurrent(t *testing.T) {
	dir := run(t, testrun.NewMixed(t))
	link := func(name string) {
		require.NoError(t, os.Symlink(name, filepath.Join(dir, "next")))
		require.NoError(t, os.Rename(filepath.Join(dir, "next"), filepath.Join(dir, "current")))
	}
	link(third)
	s := newServer(t, dir, Options{})
	version := func() string { return s.Models()[0].Version }
	require.Equal(t, third, version())
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { s.Watch(ctx, time.Millisecond); close(done) }()
	link(fourth)
	require.Eventually(t, func() bool { return version() == fourth }, 10*time.Second, time.Millisecond)
	require.NoError(t, s.Load("ads", third)) // and stay there
	time.Sleep(20 * time.Millisecond)
	require.Equal(t, third, version())
	cancel()
	<-done
}

// The versions of a stream are its days; the checkpoints of each have the same names.
func TestTheVersionsOfAStreamAreItsDays(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ads")
	trained := testrun.NewMixed(t)
	for _, day := range []string{"2026-01-01", "2026-01-02"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "days"), 0o755))
		require.NoError(t, os.Rename(run(t, trained), filepath.Join(dir, "days", day)))
	}
	require.NoError(t, os.Symlink(filepath.Join("days", "2026-01-02"), filepath.Join(dir, "current")))
	s := newServer(t, dir, Options{})
	version := func() string { return s.Models()[0].Version }
	require.Equal(t, "2026-01-02", version())
	require.NoError(t, s.Load("ads", "2026-01-01"))
	require.Equal(t, "2026-01-01", version())
	require.Equal(t, NotFound, KindOf(s.Load("ads", "2026-01-03")))
}

func TestLimits(t *testing.T) {
	s := newServer(t, run(t, testrun.NewMixed(t)), Options{Limits: Limits{Requests: 1, Samples: 20}})
	s.slots <- struct{}{}
	require.Equal(t, Busy, KindOf(s.Infer(newCall(1))))
	<-s.slots
	require.NoError(t, s.Infer(newCall(20)))
	require.Equal(t, TooLarge, KindOf(s.Infer(newCall(21))))
	require.True(t, s.Ready())
	s.Drain()
	require.False(t, s.Ready())
	require.NoError(t, s.Infer(newCall(1)), "those that come still")
	require.ErrorIs(t, s.Add("ads", "elsewhere"), ErrName)
}

func TestAModelWithoutAnEncodingIsRefused(t *testing.T) {
	saved := testrun.NewSaved(t)
	saved.Run.Encoding = nil
	require.ErrorIs(t, New(Options{}).Add("", run(t, saved)), ErrNoEncoding)
}

func TestRank(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	c := &Call{TopK: 3, Samples: 100}
	for range c.Samples {
		c.Logits = append(c.Logits, float32(random.IntN(10)))
	}
	c.Logits[40], c.Logits[50], c.Logits[60] = 10, 11, 10
	c.rank()
	require.Equal(t, []int64{50, 40, 60}, c.Best)
}

func TestTokens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens")
	require.NoError(t, os.WriteFile(path, []byte("# of ads\n one \n\ntwo\n"), 0o600))
	tokens, err := ReadTokens(path)
	require.NoError(t, err)
	for header, want := range map[string]bool{"Bearer one": true, "Bearer two": true, "Bearer ": false, "one": false, "Bearer # of ads": false, "": false} {
		require.Equal(t, want, tokens.Allow(header), header)
	}
	require.True(t, (*Tokens)(nil).Allow(""))
	require.False(t, new(Tokens).Allow("Bearer "))
	require.NoError(t, os.WriteFile(path, []byte("three\n"), 0o600))
	require.NoError(t, tokens.Reload())
	require.True(t, tokens.Allow("Bearer three"))
	require.False(t, tokens.Allow("Bearer one"))
	require.NoError(t, os.WriteFile(path, []byte("#\n"), 0o600))
	require.ErrorIs(t, tokens.Reload(), ErrNoTokens)
	require.True(t, tokens.Allow("Bearer three"), "the file that is bad changes nothing")
	_, err = ReadTokens(path)
	require.ErrorIs(t, err, ErrNoTokens)
}

func TestRawTensors(t *testing.T) {
	c, _, err := RawCells("a", "INT16", []byte{1, 0, 255, 255}, nil)
	require.NoError(t, err)
	require.Equal(t, []int64{1, -1}, c.Ints)
	c, _, err = RawCells("a", "BYTES", []byte("\x02\x00\x00\x00xy\x00\x00\x00\x00"), nil)
	require.NoError(t, err)
	require.Equal(t, []string{"xy", ""}, c.Texts)
	for _, bad := range []struct{ datatype, raw string }{{"BYTES", "\x02\x00\x00\x00x"}, {"BYTES", "\x02"}, {"FP32", "123"}, {"FP16", "12"}} {
		_, _, err = RawCells("a", bad.datatype, []byte(bad.raw), nil)
		var e *Error
		require.True(t, errors.As(err, &e) && e.Tensor == "a" && e.Kind == BadInput)
	}
}

func TestAClosedServerLoadsNothing(t *testing.T) {
	dir := run(t, testrun.NewMixed(t))
	s := newServer(t, dir, Options{})
	ask(t, s, "")
	s.Close()
	s.Close()
	require.False(t, s.Ready())
	described := s.Describe("ads", "", func(Loaded) { t.Error("a model that is free is described") })
	for _, err := range []error{s.Load("ads", ""), s.Load("ads", fourth), s.Add("other", dir), s.Infer(newCall(1)), described} {
		require.Equal(t, Unavailable, KindOf(err))
		require.ErrorContains(t, err, "closed")
	}
	require.NoError(t, s.Unload("ads"))
	require.Len(t, s.Models(), 1)
	s.Drain()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	s.Watch(ctx, 0)
	s.Watch(ctx, -1)
}
