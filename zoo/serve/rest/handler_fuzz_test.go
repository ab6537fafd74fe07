package rest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ctrzoo/ctrzoo/internal/fuzzing"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/stretchr/testify/require"
)

// answerOf posts a body, and returns the answer, which is none that blames the server.
func answerOf(t *testing.T, h http.Handler, path string, body []byte) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", path, bytes.NewReader(body)))
	require.Less(t, w.Code, 500, "%s", w.Body)
	if w.Code != http.StatusOK {
		var failure struct{ Error string }
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &failure))
		require.NotEmpty(t, failure.Error)
	}
	return w
}

// Whatever comes as JSON with binary data behind it becomes no more cells and texts than it has bytes, or is refused as bad input.
func FuzzBinary(f *testing.F) {
	head := `{"parameters":{"binary_data_output":true},"inputs":[` +
		`{"name":"a","datatype":"BYTES","shape":[2],"parameters":{"binary_data_size":9}},{"name":"x","datatype":"FP32","shape":[1,1],"parameters":{"binary_data_size":4}}]}`
	f.Add(uint16(len(head)), []byte(head+"\x01\x00\x00\x00p\x00\x00\x00\x00\x00\x00\x80\x3f"))
	f.Add(uint16(len(head)), []byte(head+"\xff\xff\xff\xffp\x00\x00\x00\x00\x00\x00\x80\x3f"))
	f.Add(uint16(9), []byte(`{"inputs":[]}`))
	fuzzing.Fuzz(f, func(t *testing.T, head uint16, body []byte) {
		var r request
		r.Reset("rest")
		if err := r.parse(body, min(int(head), len(body))); err != nil {
			require.Equal(t, serve.BadInput, serve.KindOf(err))
			return
		}
		texts := 0
		for _, in := range r.Inputs {
			for _, text := range in.Texts {
				texts += len(text)
			}
			require.LessOrEqual(t, in.Len(), len(body))
		}
		require.LessOrEqual(t, texts, len(body))
	})
}

// Instances are answered by as many predictions as encoding/json finds, or refused.
func FuzzInstances(f *testing.F) {
	h := handler(f, testrun.TrainMixed(f, nil), serve.Options{})
	for _, seed := range []string{
		`{"instances":[{"a":"p","x":1.5,"b/values":"v1","past":["p","q"],"t":"2026-01-01"}]}`,
		`{"parameters":{"allow_missing":true},"instances":[{"a":"\u00fc"},{"x":null},{"a":true,"past":"p q"}]}`,
		`{"instances":[{}]}`, `{"instances":[[]]}`, `{"instances":null}`, `[`, `{"instances":[{"a":{"b":1}}]}`,
	} {
		f.Add([]byte(seed))
	}
	fuzzing.Fuzz(f, func(t *testing.T, body []byte) {
		w := answerOf(t, h, "/v1/models/ads:predict", body)
		if w.Code != http.StatusOK {
			return
		}
		var asked struct{ Instances []map[string]json.RawMessage } // numbers may be larger than those of Go
		require.NoError(t, json.Unmarshal(body, &asked))
		var answer reply
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
		require.Len(t, answer.Predictions, len(asked.Instances))
	})
}
