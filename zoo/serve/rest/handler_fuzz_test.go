package rest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/stretchr/testify/require"
)

// answerOf posts a body, and returns the answer, which is none that blames the server.
func answerOf(t *testing.T, h http.Handler, path string, head int, body []byte) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest("POST", path, bytes.NewReader(body))
	if head >= 0 {
		r.Header.Set(lengthHeader, strconv.Itoa(head))
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Less(t, w.Code, 500, "%s", w.Body)
	if w.Code != http.StatusOK {
		var failure struct{ Error string }
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &failure))
		require.NotEmpty(t, failure.Error)
	}
	return w
}

// Whatever comes as JSON with binary data behind it is answered by as many predictions as the longest tensor has elements, or refused:
//
//	go test ./zoo/serve/rest -run '^$' -fuzz FuzzBinary
func FuzzBinary(f *testing.F) {
	h := handler(f, testrun.TrainMixed(f, nil), serve.Options{})
	head := `{"parameters":{"allow_missing":true,"binary_data_output":true},"inputs":[` +
		`{"name":"a","datatype":"BYTES","shape":[2],"parameters":{"binary_data_size":9}},{"name":"x","datatype":"FP32","shape":[1,1],"parameters":{"binary_data_size":4}}]}`
	f.Add(uint16(len(head)), []byte(head+"\x01\x00\x00\x00p\x00\x00\x00\x00\x00\x00\x80\x3f"))
	f.Add(uint16(len(head)), []byte(head+"\xff\xff\xff\xffp\x00\x00\x00\x00\x00\x00\x80\x3f"))
	f.Add(uint16(9), []byte(`{"inputs":[]}`))
	f.Fuzz(func(t *testing.T, head uint16, body []byte) {
		w := answerOf(t, h, "/v2/models/ads/infer", int(head), body)
		if w.Code != http.StatusOK {
			return
		}
		n := w.Body.Len()
		if text := w.Header().Get(lengthHeader); text != "" {
			var err error
			n, err = strconv.Atoi(text)
			require.NoError(t, err)
		}
		var answer reply
		require.NoError(t, json.Unmarshal(w.Body.Bytes()[:n], &answer))
		behind := 0
		for _, o := range answer.Outputs {
			behind += o.Parameters.Size
		}
		require.Equal(t, w.Body.Len(), n+behind)
	})
}

// Instances are answered by as many predictions as encoding/json finds, or refused:
//
//	go test ./zoo/serve/rest -run '^$' -fuzz FuzzInstances
func FuzzInstances(f *testing.F) {
	h := handler(f, testrun.TrainMixed(f, nil), serve.Options{})
	for _, seed := range []string{
		`{"instances":[{"a":"p","x":1.5,"b/values":"v1","past":["p","q"],"t":"2026-01-01"}]}`,
		`{"parameters":{"allow_missing":true},"instances":[{"a":"\u00fc"},{"x":null},{"a":true,"past":"p q"}]}`,
		`{"instances":[{}]}`, `{"instances":[[]]}`, `{"instances":null}`, `[`, `{"instances":[{"a":{"b":1}}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		w := answerOf(t, h, "/v1/models/ads:predict", -1, body)
		if w.Code != http.StatusOK {
			return
		}
		var asked struct{ Instances []map[string]any }
		require.NoError(t, json.Unmarshal(body, &asked))
		var answer reply
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
		require.Len(t, answer.Predictions, len(asked.Instances))
	})
}
