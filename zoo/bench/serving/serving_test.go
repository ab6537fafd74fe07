package serving

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/stretchr/testify/require"
)

func TestEveryKindIsMeasured(t *testing.T) {
	b := Benchmark{Model: zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8}}, Rows: 2400, Samples: []int{3}, Seconds: 0.1, Rounds: 1}
	all, err := b.Run(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 9)
	for i, f := range all {
		require.Equal(t, []string{Constant, JSON, Binary, GRPC, Predictor}[i%5], f.Kind)
		require.Equal(t, i >= 5, f.Rate > 0)
		require.Positive(t, f.Requests)
		require.LessOrEqual(t, f.Median, f.P999)
	}
	_, err = Benchmark{}.Run(t.Context())
	require.ErrorIs(t, err, ErrBenchmark)
}

func TestEnduranceReportsEachTenth(t *testing.T) {
	e := Endurance{Benchmark: Benchmark{Model: zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8}}, Rows: 2400, Samples: []int{3}, Seconds: 0.1, Rounds: 1, Rate: 100}}
	require.ErrorIs(t, e.Run(t.Context(), nil), ErrBenchmark)
	e.Total = time.Second
	var all []Window
	require.NoError(t, e.Run(t.Context(), func(w Window) error { all = append(all, w); return nil }))
	require.Len(t, all, windows)
	for _, w := range all {
		require.Equal(t, 10, w.Requests)
		require.Greater(t, w.Memory, uint64(1<<20))
	}
}

// stalling answers at once, but for one call that takes long.
type stalling struct{}

func (stalling) call(number int) error {
	if number == 50 {
		time.Sleep(200 * time.Millisecond)
	}
	return nil
}
func (stalling) close() {}

// A halt of the server counts for all requests that were due meanwhile: at 1000 a second that is 200 of them.
func TestAFixedRateHidesNoHalt(t *testing.T) {
	one := &target{newCaller: func() (caller, error) { return stalling{}, nil }}
	l, err := load{callers: 1, rate: 1000, duration: time.Second}.run(t.Context(), one)
	require.NoError(t, err)
	require.Len(t, l.sorted, 1000)
	slow := len(l.sorted) - must(slices.BinarySearch(l.sorted, 50*time.Millisecond))
	require.Greater(t, slow, 120)
	require.Less(t, slow, 400)
	l, err = load{callers: 1, duration: 300 * time.Millisecond}.run(t.Context(), one)
	require.NoError(t, err)
	require.Less(t, l.quantile(0.99), 1000.0, "as fast as it goes, only one request is slow")
}

func must(at int, _ bool) int { return at }

type failing struct{ stalling }

func (failing) call(int) error { return errors.New("broken") }

func TestAFailureEndsTheMeasurement(t *testing.T) {
	bad := &target{newCaller: func() (caller, error) { return failing{}, nil }}
	_, err := load{callers: 2, duration: time.Minute}.run(t.Context(), bad)
	require.ErrorContains(t, err, "broken")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = load{callers: 1, duration: time.Minute}.run(ctx, bad)
	require.ErrorIs(t, err, context.Canceled)
}
