package page

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/stretchr/testify/require"
)

// serveMixed serves a model of all kinds of fields, by the name ads.
func serveMixed(t *testing.T, tokens *serve.Tokens) (*serve.Server, http.Handler) {
	t.Helper()
	p := New()
	s := serve.New(serve.Options{Observers: []serve.Observer{p}})
	t.Cleanup(s.Close)
	require.NoError(t, s.Add("ads", testrun.TrainMixed(t, nil)))
	return s, p.Handler(s, tokens)
}

// send sends a request, and reads the JSON of the answer if there is a place for it.
func send(t *testing.T, h http.Handler, method, path, body string, to any, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if to != nil {
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), to), w.Body.String())
	}
	return w
}

func TestOnlyThePageItselfNeedsNoToken(t *testing.T) {
	_, h := serveMixed(t, serve.NewTokens("secret"))
	for _, path := range []string{"/", "/page/files/page.js", "/page/files/page.css", "/page/files/icon.svg"} {
		w := send(t, h, "GET", path, "", nil)
		require.Equal(t, 200, w.Code, path)
		require.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'")
		require.NotContains(t, w.Body.String(), "ads", path)
	}
	for _, request := range []string{"GET /page/state", "GET /page/models/ads", "POST /page/models/ads/try", "POST /page/models/ads/load", "GET /page/other"} {
		method, path, _ := strings.Cut(request, " ")
		w := send(t, h, method, path, "{}", nil)
		require.Equal(t, 401, w.Code, request)
		require.NotContains(t, w.Body.String(), "ads", request)
	}
	require.Equal(t, 200, send(t, h, "GET", "/page/state", "", nil, "Authorization", "Bearer secret").Code)
}

// Names of models are data: a page of another origin must get none, and change nothing.
func TestOtherOriginsAreRefused(t *testing.T) {
	_, h := serveMixed(t, nil)
	w := send(t, h, "POST", "/page/models/ads/load", "{}", nil, "Sec-Fetch-Site", "cross-site")
	require.Equal(t, 403, w.Code)
	w = send(t, h, "GET", "/page/state", "", nil)
	require.Equal(t, "same-origin", w.Header().Get("Cross-Origin-Resource-Policy"))
	require.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
}

// The values that the page calls unknown are those that the encoder found unknown.
func TestATrialSaysWhichValuesAreUnknown(t *testing.T) {
	s, h := serveMixed(t, nil)
	want := testrun.MixedPredictions(t, modelPath(t, s))
	unknown := []string{}
	for i, sample := range testrun.MixedSamples() {
		body, err := json.Marshal(map[string]any{"cells": sample})
		require.NoError(t, err)
		var got trial
		require.Equal(t, 200, send(t, h, "POST", "/page/models/ads/try", string(body), &got).Code)
		require.Equal(t, want[i], got.Probability)
		for _, f := range got.Fields {
			found := 0
			for _, v := range f.Values {
				if !v.Known {
					found++
					unknown = append(unknown, f.Name+"="+v.Text)
				}
			}
			require.Equal(t, f.Unknown, found, f.Name)
		}
	}
	require.Equal(t, []string{"a=unseen", "b/values=", "a=\"r\ns\"", "b/values=rare", "past=unseen", "day=0"}, unknown)
}

func TestBadTrials(t *testing.T) {
	_, h := serveMixed(t, nil)
	for _, c := range []struct {
		path, body string
		code       int
		want       string
	}{
		{"/page/models/none/try", "{}", 404, `there is no model "none"`},
		{"/page/models/ads/try", "{", 400, "unexpected EOF"},
		{"/page/models/ads/try", "{}", 400, `input "a": the column is missing`},
		{"/page/models/ads/try", `{"cells": {"a": "", "x": "one", "b/values": "", "past": "", "t": "2026-01-01"}}`, 400, `input "x": sample 0: not a finite number`},
		{"/page/models/ads/load", `{"version": "../x"}`, 400, "no name of a version"},
		{"/page/models/ads/load", `{"version": "epoch-0099-batch-00000000"}`, 404, "has no version"},
	} {
		var got struct{ Error string }
		w := send(t, h, "POST", c.path, c.body, &got)
		require.Equal(t, c.code, w.Code, w.Body)
		require.Contains(t, got.Error, c.want)
	}
}

func TestAModelIsDescribed(t *testing.T) {
	s, h := serveMixed(t, nil)
	var d description
	require.Equal(t, 200, send(t, h, "GET", "/page/models/ads", "", &d).Code)
	require.Equal(t, []string{third, fourth}, d.Versions)
	require.Equal(t, "zoo.DNN", d.Model.Type)
	require.Len(t, d.History, 3)
	require.Equal(t, 5+5+4, d.Rows)
	require.Equal(t, field{"past", "past", "list", 5, []string{"the last 3 values, mean", "rows of a"}}, d.Fields[3])
	require.Equal(t, "p", d.Columns[0].Examples[0])
	require.True(t, d.Columns[1].Number)
	require.Equal(t, "p q", d.Columns[3].Examples[0])
	require.Equal(t, "2006-01-02", d.Columns[4].Layout)

	// All that the page proposes can be predicted.
	cells := map[string]string{}
	for _, c := range d.Columns {
		cells[c.Name] = c.Examples[0]
	}
	body, err := json.Marshal(map[string]any{"cells": cells})
	require.NoError(t, err)
	require.Equal(t, 200, send(t, h, "POST", "/page/models/ads/try", string(body), nil).Code)

	require.Equal(t, 200, send(t, h, "POST", "/page/models/ads/load", `{"version": "`+third+`"}`, nil).Code)
	require.NoError(t, s.Unload("ads"))
	require.Equal(t, 503, send(t, h, "GET", "/page/models/ads", "", nil).Code)
	var then state
	send(t, h, "GET", "/page/state", "", &then)
	require.False(t, then.Ready)
	require.Len(t, then.Changes, 3)
	require.Equal(t, []string{"", third, fourth}, []string{then.Changes[0].Version, then.Changes[1].Version, then.Changes[2].Version})
}

func TestVersionsOfACheckpoint(t *testing.T) {
	s := serve.New(serve.Options{})
	t.Cleanup(s.Close)
	require.NoError(t, s.Add("ads", filepath.Join(testrun.TrainMixed(t, nil), third)))
	versions, err := s.Versions("ads")
	require.NoError(t, err)
	require.Equal(t, []string{third}, versions)
}

func TestTheNotesOfAField(t *testing.T) {
	for want, f := range map[string]schema.Field{
		"":                                  {},
		"os_browser of a user agent":        {Derive: "os_browser"},
		"bins at 1 10.5":                    {Bins: []float64{1, 10.5}},
		"100 hash buckets":                  {Hash: 100},
		"unknown values: zero":              {OutOfVocabulary: "zero"},
		"the last 4 values, sum; rows of a": {Kind: "list", Length: 4, Pooling: "sum", Shares: "a"},
	} {
		require.Equal(t, want, strings.Join(notes(&f), "; "))
	}
}

func TestFiguresOfTheLastMinute(t *testing.T) {
	var u traffic
	at := time.Unix(1000, 0)
	count := func(when, took time.Duration, err error, probabilities ...float32) {
		written := at.Add(when)
		u.count(&serve.Call{
			Times: serve.Times{Start: written.Add(-took), Written: written}, Samples: len(probabilities), Probabilities: probabilities,
			Served: "v", Fields: []datasets.Field{{Name: "a"}}, Values: []int{len(probabilities)}, Unknown: []int{1},
		}, err)
	}
	count(-61*time.Second, time.Hour, nil, 0.5) // too old
	for range 98 {
		count(-60*time.Second, 100*time.Microsecond, nil, 0.0005, 0.001, 0.95)
	}
	count(-time.Second, time.Millisecond, errors.New("ours"))
	count(-time.Second, time.Second, nil, 0.3)
	count(0, time.Hour, nil, 0.5) // its second is not over
	f := u.figures(at)
	require.Equal(t, []int{98, 0, 2}, []int{f.Requests[0], f.Requests[58], f.Requests[59]})
	require.Equal(t, 1, f.Failed)
	require.Equal(t, 98*3+1, f.Samples)
	require.InEpsilon(t, 100e-6, f.P50, 0.2)
	require.GreaterOrEqual(t, f.P50, 100e-6, "the end of the bucket is not below the time")
	require.InEpsilon(t, 1e-3, f.P99, 0.2)
	require.InEpsilon(t, 1.0, f.P999, 0.2)
	require.EqualValues(t, 196, f.Probabilities[0])
	require.EqualValues(t, 1, f.Probabilities[8], "0.3, which is above 0.2")
	require.EqualValues(t, 98, f.Probabilities[len(edges)])
	require.Equal(t, []fieldFigures{{"a", 1 + 98*3 + 1 + 1, 1 + 98 + 1 + 1}}, f.Fields)
	require.Zero(t, u.figures(at.Add(time.Hour)).P50)
}

func TestATimeFallsIntoABucketThatEndsAfterIt(t *testing.T) {
	for d := time.Nanosecond; d < time.Hour; d += d/3 + 1 {
		bucket := timeBucket(d)
		require.True(t, bucket >= 0 && bucket < timeBuckets)
		if bucket > 0 && bucket < timeBuckets-1 {
			var s second
			s.requests, s.times[bucket] = 1, 1
			require.GreaterOrEqual(t, s.quantile(1), d.Seconds()*(1-1e-12))
			require.Less(t, s.quantile(1), d.Seconds()*1.2)
		}
	}
}

func TestAChangeIsKeptOnce(t *testing.T) {
	p, loaded := New(), time.Unix(5, 0)
	ads := serve.Status{Name: "ads", Version: "1", Loaded: loaded}
	p.Changed(ads, nil)
	p.Changed(ads, nil) // its bytes were checked
	p.Changed(ads, errors.New("damaged"))
	p.Changed(serve.Status{Name: "ads"}, nil)
	ads.Loaded = loaded.Add(1)
	p.Changed(ads, nil)
	require.Len(t, p.changes, 4)
	for range keptChanges {
		p.Changed(ads, errors.New("damaged"))
	}
	require.Len(t, p.changes, keptChanges)
}

// The figures of a model are read while its requests end and its version changes.
func TestFiguresAreCountedAndReadAtOnce(t *testing.T) {
	const requests, callers = 200, 4
	p := New()
	s := serve.New(serve.Options{Observers: []serve.Observer{p}})
	t.Cleanup(s.Close)
	require.NoError(t, s.Add("ads", testrun.TrainMixed(t, nil)))
	h := p.Handler(s, nil)
	body, err := json.Marshal(map[string]any{"cells": testrun.MixedSamples()[0]})
	require.NoError(t, err)
	var group sync.WaitGroup
	for range callers {
		group.Go(func() {
			for range requests {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequest("POST", "/page/models/ads/try", bytes.NewReader(body)))
				if w.Code != 200 {
					t.Error(w.Body)
				}
			}
		})
	}
	group.Go(func() {
		for i := range 20 {
			if err := s.Load("ads", []string{third, fourth}[i%2]); err != nil {
				t.Error(err)
			}
			p.state(s)
		}
	})
	group.Wait()
	sum := 0
	for i := range p.of("ads").seconds {
		sum += p.of("ads").seconds[i].requests
	}
	require.Equal(t, requests*callers, sum)
}

func BenchmarkAnswered(b *testing.B) {
	p := New()
	p.Changed(serve.Status{Name: "ads", Version: "1"}, nil)
	c := &serve.Call{Model: "ads", Served: "1", Samples: 1, Probabilities: []float32{0.1}, Fields: make([]datasets.Field, 24),
		Values: make([]int, 24), Unknown: make([]int, 24)}
	c.Times.Start = time.Now()
	c.Times.Written = c.Times.Start.Add(time.Millisecond)
	for b.Loop() {
		p.Answered(c, nil)
	}
}
