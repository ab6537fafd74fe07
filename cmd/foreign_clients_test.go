package cmd

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// syncedBuffer is what a command writes while it runs.
type syncedBuffer struct {
	lock   sync.Mutex
	buffer bytes.Buffer
}

func (b *syncedBuffer) Write(p []byte) (int, error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.buffer.Write(p)
}

func (b *syncedBuffer) String() string {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.buffer.String()
}

// serveRun serves a run by the name run, and returns where.
func serveRun(t *testing.T, run string) (web, rpc string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var log syncedBuffer
	done := make(chan int, 1)
	go func() {
		done <- Zoo{}.Run(ctx, []string{"serve", "--model", "run=" + run, "--listen", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--metrics", "", "--drain-pause", "0"}, &log, &log)
	}()
	t.Cleanup(func() {
		cancel()
		require.Zero(t, <-done, "%s", &log)
	})
	find := func(scheme string) (address string) {
		pattern := regexp.MustCompile("address=" + scheme + `://(\S+)`)
		require.Eventually(t, func() bool { return pattern.MatchString(log.String()) }, 20*time.Second, time.Millisecond, "%s", &log)
		return pattern.FindStringSubmatch(log.String())[1]
	}
	return find("http"), find("grpc")
}

// foreign is what a client that is not of this module asks: the rows of a file, and what "zoo predict" says to them.
type foreign struct {
	t        *testing.T
	web, rpc string
	dir      string
	columns  []string
	rows     [][]string // the cells, without the label
	want     []float32
}

// newForeign serves a run. The rows have numbers, lists, and values that are absent or unknown.
func newForeign(t *testing.T) *foreign {
	t.Helper()
	run, _ := rawRun(t)
	f := &foreign{t: t, dir: t.TempDir(), columns: []string{"a", "x", "past"},
		rows: [][]string{{"v1", "3", "v2"}, {"unseen", "", ""}, {"v2", "1e3", "unseen|v3"}, {"", "-0.25", "v1|v2|v3|v4"}}}
	text := strings.Join(f.columns, ",") + "\n"
	for _, row := range f.rows {
		text += strings.Join(row, ",") + "\n"
	}
	code, out, stderr := zooCommand(t, "predict", "--from", run, "--in", f.file("rows.csv", []byte(text)))
	require.Zero(t, code, stderr)
	records, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	require.NoError(t, err)
	for _, r := range records[1:] {
		p, err := strconv.ParseFloat(r[0], 32)
		require.NoError(t, err)
		f.want = append(f.want, float32(p))
	}
	require.Len(t, f.want, len(f.rows))
	f.web, f.rpc = serveRun(t, run)
	return f
}

func (f *foreign) file(name string, content []byte) string {
	f.t.Helper()
	path := filepath.Join(f.dir, name)
	require.NoError(f.t, os.WriteFile(path, content, 0o600))
	return path
}

// column returns the cells of a column.
func (f *foreign) column(i int) (cells []string) {
	for _, row := range f.rows {
		cells = append(cells, row[i])
	}
	return cells
}

// raw returns the cells of a column as the bytes of a tensor.
func (f *foreign) raw(i int) (raw []byte) {
	for _, cell := range f.column(i) {
		raw = append(binary.LittleEndian.AppendUint32(raw, uint32(len(cell))), cell...)
	}
	return raw
}

// tensors returns a tensor for each column; add gives it its elements.
func (f *foreign) tensors(add func(tensor map[string]any, column int)) (list []map[string]any) {
	for i, name := range f.columns {
		tensor := map[string]any{"name": name, "shape": []int{len(f.rows)}, "datatype": "BYTES"}
		add(tensor, i)
		list = append(list, tensor)
	}
	return list
}

// run runs a client, and returns what it prints. The test is skipped where the client is absent.
func (f *foreign) run(t *testing.T, stdin []byte, name string, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skip("there is no " + name)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, path, args...)
	c.Stdin = bytes.NewReader(stdin)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	require.NoError(t, err, "%s: %s%s", name, out, &stderr)
	return out
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return text
}

// floats reads float32 in little-endian order.
func floats(raw []byte) (list []float32) {
	for ; len(raw) >= 4; raw = raw[4:] {
		list = append(list, math.Float32frombits(binary.LittleEndian.Uint32(raw)))
	}
	return list
}

// Clients that share no code with the server get, to the bit, what "zoo predict" says to the same rows.
func TestForeignClientsGetThePredictionsOfZooPredict(t *testing.T) {
	f := newForeign(t)
	t.Run("curl, V1", f.curlV1)
	t.Run("curl, V2", f.curlV2)
	t.Run("curl, V2 in binary", f.curlBinary)
	t.Run("grpcurl", f.grpcurl)
	t.Run("grpc-js", f.grpcJS)
	t.Run("vegeta", f.vegeta)
	t.Run("ghz", f.ghz)
}

func (f *foreign) v1() map[string]any {
	var instances []map[string]string
	for _, row := range f.rows {
		instance := map[string]string{}
		for i, name := range f.columns {
			instance[name] = row[i]
		}
		instances = append(instances, instance)
	}
	return map[string]any{"instances": instances}
}

func (f *foreign) curlV1(t *testing.T) {
	out := f.run(t, asJSON(t, f.v1()), "curl", "-sSf", "--data-binary", "@-", "http://"+f.web+"/v1/models/run:predict")
	var answer struct{ Predictions []float32 }
	require.NoError(t, json.Unmarshal(out, &answer))
	require.Equal(t, f.want, answer.Predictions)
}

func (f *foreign) curlV2(t *testing.T) {
	body := asJSON(t, map[string]any{"inputs": f.tensors(func(tensor map[string]any, i int) { tensor["data"] = f.column(i) })})
	out := f.run(t, body, "curl", "-sSf", "--data-binary", "@-", "http://"+f.web+"/v2/models/run/infer")
	var answer struct{ Outputs []struct{ Data []float32 } }
	require.NoError(t, json.Unmarshal(out, &answer))
	require.Equal(t, f.want, answer.Outputs[0].Data)
}

func (f *foreign) curlBinary(t *testing.T) {
	var raw []byte
	inputs := f.tensors(func(tensor map[string]any, i int) {
		own := f.raw(i)
		tensor["parameters"] = map[string]int{"binary_data_size": len(own)}
		raw = append(raw, own...)
	})
	head := asJSON(t, map[string]any{"inputs": inputs, "parameters": map[string]bool{"binary_data_output": true}})
	out := f.run(t, append(head, raw...), "curl", "-sSf", "--data-binary", "@-", "-H", fmt.Sprint("Inference-Header-Content-Length: ", len(head)),
		"http://"+f.web+"/v2/models/run/infer")
	require.Equal(t, f.want, floats(out[len(out)-4*len(f.rows):]))
}

// grpcRequest has the cells as contents, in the JSON of protocol buffers.
func (f *foreign) grpcRequest() map[string]any {
	return map[string]any{"model_name": "run", "inputs": f.tensors(func(tensor map[string]any, i int) {
		var cells []string
		for _, cell := range f.column(i) {
			cells = append(cells, base64.StdEncoding.EncodeToString([]byte(cell)))
		}
		tensor["contents"] = map[string]any{"bytes_contents": cells}
	})}
}

func (f *foreign) grpcurl(t *testing.T) {
	require.Contains(t, string(f.run(t, nil, "grpcurl", "-plaintext", f.rpc, "list")), "inference.GRPCInferenceService\n")
	require.Contains(t, string(f.run(t, nil, "grpcurl", "-plaintext", f.rpc, "grpc.health.v1.Health/Check")), `"status": "SERVING"`)
	require.Contains(t, string(f.run(t, nil, "grpcurl", "-plaintext", "-d", `{"name": "run"}`, f.rpc, "inference.GRPCInferenceService/ModelMetadata")), `"separator.past": "|"`)
	out := f.run(t, asJSON(t, f.grpcRequest()), "grpcurl", "-plaintext", "-d", "@", f.rpc, "inference.GRPCInferenceService/ModelInfer")
	var answer struct {
		Outputs []struct {
			Contents struct {
				FP32 []float32 `json:"fp32Contents"`
			}
		}
	}
	require.NoError(t, json.Unmarshal(out, &answer))
	require.Equal(t, f.want, answer.Outputs[0].Contents.FP32)
}

// grpc-js is there if CTRZOO_NODE_MODULES is the folder node_modules after
//
//	npm install @grpc/grpc-js@1.14.7 @grpc/proto-loader@0.8.1
func (f *foreign) grpcJS(t *testing.T) {
	modules := os.Getenv("CTRZOO_NODE_MODULES")
	if _, err := os.Stat(filepath.Join(modules, "@grpc", "grpc-js")); modules == "" || err != nil {
		t.Skip("CTRZOO_NODE_MODULES does not say where @grpc/grpc-js is")
	}
	t.Setenv("NODE_PATH", modules)
	inputs := f.tensors(func(tensor map[string]any, i int) { tensor["raw"] = hex.EncodeToString(f.raw(i)) })
	out := f.run(t, nil, "node", "testdata/clients/infer.js", "../zoo/serve/rpc/inference/inference.proto", f.rpc, string(asJSON(t, inputs)))
	raw, err := hex.DecodeString(strings.TrimSpace(string(out)))
	require.NoError(t, err)
	require.Equal(t, f.want, floats(raw))
}

// vegeta and ghz ask many times, and compare nothing: no request may fail.
func (f *foreign) vegeta(t *testing.T) {
	body := f.file("body.json", asJSON(t, f.v1()))
	target := fmt.Sprintf("POST http://%s/v1/models/run:predict\n@%s\n", f.web, body)
	results := f.run(t, []byte(target), "vegeta", "attack", "-rate", "100", "-duration", "1s")
	var report struct {
		Requests int            `json:"requests"`
		Codes    map[string]int `json:"status_codes"`
	}
	require.NoError(t, json.Unmarshal(f.run(t, results, "vegeta", "report", "-type", "json"), &report))
	require.Positive(t, report.Requests) // a machine at its limit sends fewer than were asked for
	require.Equal(t, map[string]int{"200": report.Requests}, report.Codes)
}

func (f *foreign) ghz(t *testing.T) {
	out := f.run(t, nil, "ghz", "--insecure", "--call", "inference.GRPCInferenceService.ModelInfer", "-n", "100", "-c", "4", "-O", "json",
		"-d", string(asJSON(t, f.grpcRequest())), f.rpc)
	var report struct {
		Codes map[string]int `json:"statusCodeDistribution"`
	}
	require.NoError(t, json.Unmarshal(out, &report))
	require.Equal(t, map[string]int{"OK": 100}, report.Codes)
}
