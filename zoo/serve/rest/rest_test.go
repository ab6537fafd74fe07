package rest

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/stretchr/testify/require"
)

// The samples of the tests have unknown, absent and odd values of all kinds of fields.
var (
	samples = testrun.MixedSamples()
	names   = []string{"a", "x", "b/values", "past", "t"}
)

func handler(t testing.TB, dir string, o serve.Options) *Handler {
	t.Helper()
	s := serve.New(o)
	require.NoError(t, s.Add("ads", dir))
	t.Cleanup(s.Close)
	return NewHandler(s, "test")
}

func column(name string) []string {
	var list []string
	for _, s := range samples {
		list = append(list, s[name])
	}
	return list
}

type jsonTensor struct {
	Name       string         `json:"name"`
	Datatype   string         `json:"datatype"`
	Shape      []int          `json:"shape"`
	Data       any            `json:"data,omitempty"`
	Parameters map[string]any `json:"parameters,omitempty"`
}

type body struct {
	ID         string         `json:"id,omitempty"`
	Inputs     []jsonTensor   `json:"inputs"`
	Outputs    []jsonTensor   `json:"outputs,omitempty"`
	Parameters map[string]any `json:"parameters,omitempty"`
}

func textBody() body {
	var b body
	for _, name := range names {
		b.Inputs = append(b.Inputs, jsonTensor{Name: name, Datatype: "BYTES", Shape: []int{len(samples)}, Data: column(name)})
	}
	return b
}

func post(t testing.TB, h http.Handler, path string, body any, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	data, isBytes := body.([]byte)
	if !isBytes {
		var err error
		data, err = json.Marshal(body)
		require.NoError(t, err)
	}
	r := httptest.NewRequest("POST", path, bytes.NewReader(data))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

type reply struct {
	Model   string `json:"model_name"`
	Version string `json:"model_version"`
	ID      string `json:"id"`
	Outputs []struct {
		Name, Datatype string
		Shape          []int
		Data           []float32
		Parameters     struct {
			Size int `json:"binary_data_size"`
		}
	}
	Predictions []float32 `json:"predictions"`
	Error       string    `json:"error"`
}

func answered(t testing.TB, w *httptest.ResponseRecorder) reply {
	t.Helper()
	require.Equal(t, 200, w.Code, w.Body.String())
	var r reply
	require.NoError(t, json.NewDecoder(w.Body).Decode(&r))
	return r
}

func TestPredictionsAreThoseOfZooPredict(t *testing.T) {
	testrun.ForEveryModel(t, zoo.Settings{}, func(t *testing.T, _ string, m zoo.Model) {
		dir := testrun.TrainMixed(t, m)
		want, h := testrun.MixedPredictions(t, dir), handler(t, dir, serve.Options{})

		got := answered(t, post(t, h, "/v2/models/ads/infer", textBody()))
		require.Equal(t, want, got.Outputs[0].Data)
		require.Equal(t, "epoch-0004-batch-00000000", got.Version)

		got = answered(t, post(t, h, "/v1/models/ads:predict", map[string]any{"instances": samples}))
		require.Equal(t, want, got.Predictions)

		require.Equal(t, want, binaryPredictions(t, h))
	})
}

// binaryPredictions asks for the predictions by binary tensors, both ways.
func binaryPredictions(t *testing.T, h http.Handler) []float32 {
	t.Helper()
	b := textBody()
	var raw []byte
	for i := range b.Inputs {
		from := len(raw)
		for _, text := range column(names[i]) {
			raw = binary.LittleEndian.AppendUint32(raw, uint32(len(text)))
			raw = append(raw, text...)
		}
		b.Inputs[i].Data, b.Inputs[i].Parameters = nil, map[string]any{"binary_data_size": len(raw) - from}
	}
	b.Outputs = []jsonTensor{{Name: "probability", Parameters: map[string]any{"binary_data": true}}}
	head, err := json.Marshal(b)
	require.NoError(t, err)
	w := post(t, h, "/v2/models/ads/infer", append(head, raw...), lengthHeader, strconv.Itoa(len(head)))
	require.Equal(t, 200, w.Code, w.Body)
	n, err := strconv.Atoi(w.Header().Get(lengthHeader))
	require.NoError(t, err)
	var got reply
	require.NoError(t, json.Unmarshal(w.Body.Bytes()[:n], &got))
	require.Equal(t, 4*len(samples), got.Outputs[0].Parameters.Size)
	out := make([]float32, len(samples))
	require.NoError(t, binary.Read(bytes.NewReader(w.Body.Bytes()[n:]), binary.LittleEndian, out))
	return out
}

func TestNumbersListsAndSharedColumns(t *testing.T) {
	dir := testrun.TrainMixed(t, nil)
	h := handler(t, dir, serve.Options{})
	want := answered(t, post(t, h, "/v2/models/ads/infer", textBody())).Outputs[0].Data
	b := textBody()
	b.ID = "r\u00e9q"
	b.Inputs[1] = jsonTensor{Name: "x", Datatype: "FP32", Shape: []int{4, 1}, Data: [][]any{{1}, {nil}, {-3.5}, {1e3}}}
	got := answered(t, post(t, h, "/v2/models/ads/infer", b))
	require.Equal(t, want, got.Outputs[0].Data)
	require.Equal(t, b.ID, got.ID)

	lists := []map[string]any{}
	for _, s := range samples {
		lists = append(lists, map[string]any{"a": s["a"], "x": json.RawMessage(orNull(s["x"])), "b/values": s["b/values"],
			"past": strings.Fields(s["past"]), "t": s["t"], "more": 1})
	}
	require.Equal(t, want, answered(t, post(t, h, "/v1/models/ads:predict", map[string]any{"instances": lists})).Predictions)

	// One user and candidates: all columns but one have one element.
	shared := textBody()
	for i := range shared.Inputs[1:] {
		in := &shared.Inputs[1+i]
		in.Shape, in.Data = []int{1}, column(in.Name)[:1]
	}
	all := textBody()
	for i := range all.Inputs[1:] {
		in := &all.Inputs[1+i]
		in.Data = []string{samples[0][in.Name], samples[0][in.Name], samples[0][in.Name], samples[0][in.Name]}
	}
	require.Equal(t, answered(t, post(t, h, "/v2/models/ads/infer", all)).Outputs[0].Data,
		answered(t, post(t, h, "/v2/models/ads/infer", shared)).Outputs[0].Data)
}

func orNull(number string) string {
	if number == "" {
		return "null"
	}
	return number
}

func TestOutputs(t *testing.T) {
	h := handler(t, testrun.TrainMixed(t, nil), serve.Options{})
	b := textBody()
	b.Outputs = []jsonTensor{{Name: "logit"}, {Name: "probability"}}
	b.Parameters = map[string]any{"top_k": 2}
	got := answered(t, post(t, h, "/v2/models/ads/infer", b))
	require.Len(t, got.Outputs, 3)
	logits, probabilities, best := got.Outputs[0].Data, got.Outputs[1].Data, got.Outputs[2].Data
	require.Equal(t, []int{2}, got.Outputs[2].Shape)
	for i, x := range logits {
		require.InDelta(t, 1/(1+math.Exp(-float64(x))), probabilities[i], 1e-6)
		require.LessOrEqual(t, x, logits[int(best[0])])
	}
	require.GreaterOrEqual(t, probabilities[int(best[0])], probabilities[int(best[1])])
}

func TestBadRequestsAreErrorsOfTheProtocol(t *testing.T) {
	h := handler(t, testrun.TrainMixed(t, nil), serve.Options{Limits: serve.Limits{Bytes: 4000, Samples: 5}})
	infer := "/v2/models/ads/infer"
	change := func(do func(*body)) body { b := textBody(); do(&b); return b }
	input := func(i int, in jsonTensor) body { return change(func(b *body) { b.Inputs[i] = in }) }
	for _, c := range []struct {
		name, path string
		body       any
		code       int
		want       string
	}{
		{"not JSON", infer, []byte(`{"inputs": [}`), 400, "not JSON: byte 13"},
		{"nothing", infer, []byte(``), 400, "not JSON"},
		{"no inputs", infer, []byte(`{}`), 400, "inputs: none given"},
		{"deep", infer, []byte(strings.Repeat(`{"a":`, 100)), 400, "within each other"},
		{"missing", infer, change(func(b *body) { b.Inputs = b.Inputs[1:] }), 400, `input "a": the column is missing`},
		{"unknown", infer, change(func(b *body) { b.Inputs[0].Name = "aa" }), 400, `input "aa": no such column`},
		{"length", infer, input(0, jsonTensor{Name: "a", Datatype: "BYTES", Shape: []int{2}, Data: []string{"p", "q"}}), 400, `input "a": want one cell`},
		{"shape", infer, input(0, jsonTensor{Name: "a", Datatype: "BYTES", Shape: []int{3}, Data: column("a")}), 400, `input "a": shape [3], but 4 elements`},
		{"wide", infer, input(0, jsonTensor{Name: "a", Datatype: "BYTES", Shape: []int{2, 2}, Data: column("a")}), 400, `input "a": shape [2 2]`},
		{"datatype", infer, input(0, jsonTensor{Name: "a", Datatype: "FP16", Shape: []int{4}, Data: []int{1, 2, 3, 4}}), 400, `input "a": datatype "FP16"`},
		{"texts", infer, input(0, jsonTensor{Name: "a", Datatype: "BYTES", Shape: []int{4}, Data: []int{1, 2, 3, 4}}), 400, `input "a": want texts`},
		{"texts for numbers", infer, []byte(`{"inputs":[{"name":"a","datatype":"INT64","shape":[1],"data":["x"]}]}`), 400, `input "a": data: want a whole number`},
		{"true for a number", infer, []byte(`{"inputs":[{"name":"a","datatype":"FP32","shape":[1],"data":[true]}]}`), 400, `input "a": want numbers`},
		{"data twice", infer, []byte(`{"inputs":[{"name":"a","datatype":"INT64","shape":[2],"data":[1],"data":[2]}]}`), 400, `input "a": its data comes twice`},
		{"the last shape counts", infer, []byte(`{"inputs":[{"name":"a","datatype":"INT64","shape":[2],"shape":[1],"data":[1,2]}]}`), 400, `input "a": `},
		{"not whole", infer, input(0, jsonTensor{Name: "a", Datatype: "INT64", Shape: []int{1}, Data: []float64{1.5}}), 400, `input "a": data: want a whole number`},
		{"number", infer, input(1, jsonTensor{Name: "x", Datatype: "BYTES", Shape: []int{1}, Data: []string{"one"}}), 400, `input "x": sample 0: not a finite number: "one"`},
		{"no data", infer, input(1, jsonTensor{Name: "x", Datatype: "BYTES", Shape: []int{1}}), 400, `input "x": it has no data`},
		{"binary", infer, input(1, jsonTensor{Name: "x", Datatype: "BYTES", Shape: []int{1}, Parameters: map[string]any{"binary_data_size": 9}}), 400, `input "x": binary_data_size is 9`},
		{"output", infer, change(func(b *body) { b.Outputs = []jsonTensor{{Name: "score"}} }), 400, `output "score": want probability`},
		{"top_k", infer, change(func(b *body) { b.Parameters = map[string]any{"top_k": -1} }), 400, "top_k must be"},
		{"samples", infer, input(0, jsonTensor{Name: "a", Datatype: "BYTES", Shape: []int{6}, Data: make([]string, 6)}), 413, "at most 5"},
		{"bytes", infer, bytes.Repeat([]byte(" "), 5000), 413, "more than 4000 bytes"},
		{"model", "/v2/models/none/infer", textBody(), 404, `there is no model "none"`},
		{"version", "/v2/models/ads/versions/7/infer", textBody(), 404, `no version "7"`},
		{"path", "/v2/nothing", textBody(), 404, "nothing at POST /v2/nothing"},
		{"instances", "/v1/models/ads:predict", []byte(`{}`), 400, "instances: none given"},
		{"instance", "/v1/models/ads:predict", []byte(`{"instances": [{"a": "p"}, 5]}`), 400, "instance 1: not a JSON object"},
		{"missing in all", "/v1/models/ads:predict", []byte(`{"instances": [{"a": "p"}]}`), 400, `input "x": the column is missing`},
		{"verb", "/v1/models/ads:explain", []byte(`{}`), 404, "nothing at"},
		{"method", "/v2/models/ads", []byte(`{}`), 405, "/v2/models/ads takes GET, not POST"},
		{"load", "/v2/repository/models/ads/load", []byte(`{"parameters": {"version": "../x"}}`), 400, "no name of a version"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := post(t, h, c.path, c.body)
			require.Equal(t, c.code, w.Code, w.Body)
			var got reply
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
			require.Contains(t, got.Error, c.want)
		})
	}
	w := post(t, h, infer, textBody(), "Content-Encoding", "gzip")
	require.Equal(t, 400, w.Code)
	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("DELETE", infer, nil))
	require.Equal(t, 405, w.Code)
	require.Equal(t, "POST", w.Header().Get("Allow"))
	w = post(t, h, infer, textBody(), "Sec-Fetch-Site", "cross-site")
	require.Equal(t, 403, w.Code)
	answered(t, post(t, h, infer, textBody()))
}

func TestMissingColumnsMayBeAllowed(t *testing.T) {
	h := handler(t, testrun.TrainMixed(t, nil), serve.Options{})
	b := textBody()
	b.Inputs[0].Data = make([]string, 4)
	want := answered(t, post(t, h, "/v2/models/ads/infer", b)).Outputs[0].Data
	b.Inputs, b.Parameters = b.Inputs[1:], map[string]any{"allow_missing": true}
	require.Equal(t, want, answered(t, post(t, h, "/v2/models/ads/infer", b)).Outputs[0].Data)
}

func TestRepositoryAndMetadata(t *testing.T) {
	h := handler(t, testrun.TrainMixed(t, nil), serve.Options{})
	get := func(path string) (int, string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w.Code, w.Body.String()
	}
	index := func() string { return post(t, h, "/v2/repository/index", []byte(``)).Body.String() }
	require.JSONEq(t, `[{"name": "ads", "version": "epoch-0004-batch-00000000", "state": "READY", "reason": ""}]`, index())
	code, text := get("/v2/models/ads")
	require.Equal(t, 200, code)
	require.Contains(t, text, `{"name":"past","datatype":"BYTES","shape":[-1],"parameters":{"broadcast":true,"separator":" "}}`)
	code, text = get("/v2")
	require.Equal(t, 200, code)
	require.JSONEq(t, `{"name": "ctrzoo", "version": "test", "extensions": ["binary_tensor_data", "model_repository"]}`, text)

	require.Equal(t, 200, post(t, h, "/v2/repository/models/ads/unload", []byte(``)).Code)
	require.Contains(t, index(), `"UNAVAILABLE"`)
	for _, path := range []string{"/v2/health/ready", "/v2/models/ads/ready", "/v2/models/ads", "/v1/models/ads"} {
		code, text = get(path)
		require.Equal(t, 503, code, path)
		require.Contains(t, text, `"error"`)
	}
	w := post(t, h, "/v2/models/ads/infer", textBody())
	require.Equal(t, 503, w.Code)
	require.Equal(t, "1", w.Header().Get("Retry-After"))

	// Back to a version by its name.
	w = post(t, h, "/v2/repository/models/ads/load", []byte(`{"parameters": {"version": "epoch-0003-batch-00000000"}}`))
	require.Equal(t, 200, w.Code, w.Body)
	require.Contains(t, index(), `"epoch-0003-batch-00000000"`)
	for _, path := range []string{"/v2/health/ready", "/v2/models/ads/versions/epoch-0003-batch-00000000/ready", "/v2/health/live"} {
		code, _ = get(path)
		require.Equal(t, 200, code, path)
	}
	require.Equal(t, 200, post(t, h, "/v2/repository/models/ads/load", []byte(``)).Code)
	require.Contains(t, index(), `"epoch-0004-batch-00000000"`)
}

// What a request allocates does not grow with its samples.
func TestARequestAllocatesLittle(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector, under which the short form runs, makes pools forget")
	}
	h := handler(t, testrun.TrainMixed(t, nil), serve.Options{})
	allocs := func(n int) float64 {
		var b body
		for _, name := range names {
			data := make([]string, n)
			for i := range data {
				data[i] = samples[0][name]
			}
			b.Inputs = append(b.Inputs, jsonTensor{Name: name, Datatype: "BYTES", Shape: []int{n}, Data: data})
		}
		text, err := json.Marshal(b)
		require.NoError(t, err)
		return testing.AllocsPerRun(50, func() {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest("POST", "/v2/models/ads/infer", bytes.NewReader(text)))
			if w.Code != 200 {
				t.Error(w.Body)
			}
		})
	}
	one, many := allocs(1), allocs(200)
	require.Less(t, many-one, 20.0, fmt.Sprint(one, many))
}
