package rpc

import (
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/ctrzoo/ctrzoo/zoo/serve/rpc/inference"
)

// read makes the inputs of a call of a request.
func read(c *serve.Call, r *inference.ModelInferRequest) error {
	c.Model, c.Version, c.ID = r.ModelName, r.ModelVersion, r.Id
	if k, given := r.Parameters["top_k"]; given {
		c.TopK = int(k.GetInt64Param())
	}
	c.AllowMissing = r.Parameters["allow_missing"].GetBoolParam()
	if n := len(r.RawInputContents); n > 0 && n != len(r.Inputs) {
		return serve.Errorf(serve.BadInput, "%d inputs, but %d raw_input_contents", len(r.Inputs), n)
	}
	if len(r.Inputs) == 0 {
		return serve.Errorf(serve.BadInput, "inputs: none given")
	}
	for i, t := range r.Inputs {
		var cells encode.Cells
		var err error
		if len(r.RawInputContents) > 0 {
			cells, _, err = serve.RawCells(t.Name, t.Datatype, r.RawInputContents[i], nil)
		} else {
			cells, err = contents(t)
		}
		if err == nil {
			err = serve.CheckShape(t.Name, t.Shape, cells.Len())
		}
		if err != nil {
			return err
		}
		c.Inputs = append(c.Inputs, cells)
	}
	return nil
}

// contents makes cells of a tensor whose elements are numbers or bytes of the message.
func contents(t *inference.ModelInferRequest_InferInputTensor) (encode.Cells, error) {
	c, from := encode.Cells{Column: t.Name}, t.Contents
	switch t.Datatype {
	case "BYTES":
		for _, b := range from.GetBytesContents() {
			c.Texts = append(c.Texts, serve.Text(b))
		}
	case "BOOL":
		for _, b := range from.GetBoolContents() {
			c.Ints = append(c.Ints, serve.Bit(b))
		}
	case "INT8", "INT16", "INT32":
		c.Ints = widen(from.GetIntContents())
	case "INT64":
		c.Ints = from.GetInt64Contents()
	case "UINT8", "UINT16", "UINT32":
		c.Ints = widen(from.GetUintContents())
	case "FP32":
		c.Floats = from.GetFp32Contents()
	case "FP64":
		c.Doubles = from.GetFp64Contents()
	default:
		return c, serve.TensorErrorf(t.Name, "datatype %q: want %s", t.Datatype, serve.Datatypes)
	}
	return c, nil
}

func widen[T int32 | uint32](list []T) []int64 {
	out := make([]int64, len(list))
	for i, x := range list {
		out[i] = int64(x)
	}
	return out
}

// outputs returns the names of the tensors of the answer: those that were asked for, else the probability; and the index if there
// is one.
func outputs(c *serve.Call, r *inference.ModelInferRequest) ([]string, error) {
	var names []string
	for _, o := range r.Outputs {
		if err := serve.CheckOutput(o.Name); err != nil {
			return nil, err
		}
		names = append(names, o.Name)
	}
	if len(names) == 0 {
		names = append(names, serve.Probability)
	}
	if c.TopK > 0 && !slices.Contains(names, serve.Index) {
		names = append(names, serve.Index)
	}
	return names, nil
}

// answer makes the answer of a call. It is raw if the request was.
func answer(c *serve.Call, names []string, raw bool) *inference.ModelInferResponse {
	out := &inference.ModelInferResponse{ModelName: c.Model, ModelVersion: c.Served, Id: c.ID}
	for _, name := range names {
		t := &inference.ModelInferResponse_InferOutputTensor{Name: name, Datatype: "FP32", Shape: []int64{int64(c.Samples)}}
		if name == serve.Index {
			t.Datatype, t.Shape[0] = "INT64", int64(len(c.Best))
		}
		switch {
		case raw:
			out.RawOutputContents = append(out.RawOutputContents, c.AppendRaw(nil, name))
		case name == serve.Index:
			t.Contents = &inference.InferTensorContents{Int64Contents: slices.Clone(c.Best)}
		default:
			t.Contents = &inference.InferTensorContents{Fp32Contents: slices.Clone(c.Floats(name))}
		}
		out.Outputs = append(out.Outputs, t)
	}
	return out
}
