package prom

import (
	"errors"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
)

func TestMetricsOfAServer(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	m := New(registry)
	s := serve.New(serve.Options{Observers: []serve.Observer{m}, Limits: serve.Limits{Samples: 3}})
	m.Watch(s)
	require.NoError(t, s.Add("ads", testrun.TrainMixed(t, nil)))
	defer s.Close()
	ask := func(model string, items ...string) {
		c := &serve.Call{}
		c.Reset("rest")
		c.Model, c.AllowMissing = model, true
		c.Inputs = append(c.Inputs, encode.Cells{Column: "a", Texts: items}, encode.Cells{Column: "t", Texts: []string{"2026-01-01"}})
		s.Observe(c, s.Infer(c))
	}
	ask("ads", "p", "unseen", "q")
	ask("ads", "p", "unseen")
	ask("ads", "1", "2", "3", "4")
	ask("made up", "p")
	require.Error(t, s.Load("ads", "epoch-0099-batch-00000000"))
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP ctrzoo_requests_total Requests, by how they ended: ok, or the kind of error.
# TYPE ctrzoo_requests_total counter
ctrzoo_requests_total{code="not_found",model="",protocol="rest"} 1
ctrzoo_requests_total{code="ok",model="ads",protocol="rest"} 2
ctrzoo_requests_total{code="too_large",model="ads",protocol="rest"} 1
# HELP ctrzoo_rejected_total Requests that were beyond a limit, or came while no model was loaded.
# TYPE ctrzoo_rejected_total counter
ctrzoo_rejected_total{reason="too_large"} 1
# HELP ctrzoo_samples_total Samples that were predicted.
# TYPE ctrzoo_samples_total counter
ctrzoo_samples_total{model="ads"} 5
# HELP ctrzoo_load_failures_total Versions that could not be loaded.
# TYPE ctrzoo_load_failures_total counter
ctrzoo_load_failures_total{model="ads"} 1
`), "ctrzoo_requests_total", "ctrzoo_rejected_total", "ctrzoo_samples_total", "ctrzoo_load_failures_total"))
	require.EqualValues(t, 2, testutil.ToFloat64(m.unknown.WithLabelValues("ads", "a")))
	require.EqualValues(t, 5, testutil.ToFloat64(m.values.WithLabelValues("ads", "a")))
	require.Equal(t, 1, testutil.CollectAndCount(m.info))
	require.NoError(t, s.Unload("ads"))
	require.Zero(t, testutil.CollectAndCount(m.info))
	m.Answered(&serve.Call{Model: "ads"}, errors.New("ours"))
	require.EqualValues(t, 1, testutil.ToFloat64(m.requests.WithLabelValues("", "ads", "internal")))
	problems, err := testutil.GatherAndLint(registry)
	require.NoError(t, err)
	require.Empty(t, problems)
}
