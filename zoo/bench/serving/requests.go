package serving

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/zoo/serve/rpc/inference"
)

// modelName is the name of the model on the server.
const modelName = "ads"

// distinct is how many requests of a kind there are; callers send them in turns.
const distinct = 64

// drawCells draws the samples of the requests: candidates of a user. Few values are frequent and many are rare.
func drawCells(samples, rows int) [][]encode.Cells {
	values := rows / fields
	draw := rand.NewZipf(rand.New(rand.NewPCG(3, 3)), 1.1, 10, uint64(values-1))
	list := make([][]encode.Cells, distinct)
	for i := range list {
		for f := range fields {
			n := 1
			if isOfCandidate(f) {
				n = samples
			}
			c := encode.Cells{Column: columnName(f)}
			for range n {
				c.Texts = append(c.Texts, value(1+int(draw.Uint64())))
			}
			list[i] = append(list[i], c)
		}
	}
	return list
}

// tensor is an input in JSON.
type tensor struct {
	Name       string         `json:"name"`
	Datatype   string         `json:"datatype"`
	Shape      []int          `json:"shape"`
	Data       []string       `json:"data,omitempty"`
	Parameters map[string]int `json:"parameters,omitempty"`
}

// jsonRequest is a request over HTTP in JSON.
func jsonRequest(cells []encode.Cells) webRequest {
	var inputs []tensor
	for _, c := range cells {
		inputs = append(inputs, tensor{Name: c.Column, Datatype: "BYTES", Shape: []int{c.Len()}, Data: c.Texts})
	}
	return webRequest{http.Header{}, marshal(map[string]any{"inputs": inputs})}
}

// binaryRequest is a request over HTTP with binary tensors, and asks for a binary answer.
func binaryRequest(cells []encode.Cells) webRequest {
	var inputs []tensor
	var data []byte
	for _, c := range cells {
		raw := rawTexts(c.Texts)
		inputs = append(inputs, tensor{Name: c.Column, Datatype: "BYTES", Shape: []int{c.Len()}, Parameters: map[string]int{"binary_data_size": len(raw)}})
		data = append(data, raw...)
	}
	head := marshal(map[string]any{"inputs": inputs, "parameters": map[string]bool{"binary_data_output": true}})
	return webRequest{http.Header{"Inference-Header-Content-Length": {strconv.Itoa(len(head))}}, append(head, data...)}
}

// grpcRequest is a request over gRPC with raw tensors.
func grpcRequest(cells []encode.Cells) *inference.ModelInferRequest {
	r := &inference.ModelInferRequest{ModelName: modelName}
	for _, c := range cells {
		r.Inputs = append(r.Inputs, &inference.ModelInferRequest_InferInputTensor{Name: c.Column, Datatype: "BYTES", Shape: []int64{int64(c.Len())}})
		r.RawInputContents = append(r.RawInputContents, rawTexts(c.Texts))
	}
	return r
}

// rawTexts are texts behind their lengths.
func rawTexts(texts []string) (raw []byte) {
	for _, text := range texts {
		raw = append(binary.LittleEndian.AppendUint32(raw, uint32(len(text))), text...)
	}
	return raw
}

// constantAnswer is what the constant handler writes: an answer of as many samples.
func constantAnswer(samples int) []byte {
	data := make([]float32, samples)
	for i := range data {
		data[i] = 1 / float32(math.E+float64(i))
	}
	return marshal(map[string]any{"model_name": modelName, "outputs": []any{map[string]any{
		"name": "probability", "datatype": "FP32", "shape": []int{samples}, "data": data,
	}}})
}

// marshal is for values that JSON can hold.
func marshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}
