//go:build unix

package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// BenchmarkInfer asks over loopback for one prediction, and for those of 100 candidates of one user. The handler "constant" reads
// the body and writes a constant: the most that net/http allows. The time of the processor, which does not depend on what else a
// machine does, is that of client and server together.
func BenchmarkInfer(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "ads")
	_, err := testrun.NewSaved(b).Train(dir, -1)
	require.NoError(b, err)
	h := handler(b, dir, serve.Options{})
	constant := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = w.Write([]byte(`{"model_name":"ads","outputs":[{"name":"probability","datatype":"FP32","shape":[1],"data":[0.1234567]}]}`))
	})
	for _, n := range []int{1, 100} {
		text := candidates(b, h, n)
		for name, handler := range map[string]http.Handler{"constant": constant, "json": h} {
			server := httptest.NewServer(handler)
			b.Run(fmt.Sprint(name, "-", n), func(b *testing.B) { load(b, server.URL, text) })
			server.Close()
		}
	}
}

// candidates is a request with n candidates: half of the columns have one element.
func candidates(b *testing.B, h *Handler, n int) []byte {
	b.Helper()
	var request body
	require.NoError(b, h.server.Describe("ads", "", func(l serve.Loaded) {
		for i, c := range l.Columns {
			data := []string{"value 17"}
			for i%2 == 0 && len(data) < n {
				data = append(data, fmt.Sprint("value ", len(data)))
			}
			request.Inputs = append(request.Inputs, jsonTensor{Name: c.Name, Datatype: "BYTES", Shape: []int{len(data)}, Data: data})
		}
	}))
	text, err := json.Marshal(request)
	require.NoError(b, err)
	return text
}

func load(b *testing.B, url string, text []byte) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	defer client.CloseIdleConnections()
	began := processorTime(b)
	defer func() { b.ReportMetric(float64(processorTime(b)-began)/float64(b.N), "cpu-ns/op") }()
	b.SetParallelism(2)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			answer, err := client.Post(url+"/v2/models/ads/infer", "application/json", bytes.NewReader(text))
			if err != nil || answer.StatusCode != http.StatusOK {
				b.Error(err, answer)
				return
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
	})
}

// processorTime returns what the process has used of its processors, in nanoseconds.
func processorTime(b *testing.B) int64 {
	var u unix.Rusage
	require.NoError(b, unix.Getrusage(unix.RUSAGE_SELF, &u))
	return u.Utime.Nano() + u.Stime.Nano()
}
