package rpc

import (
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/serve/rpc/inference"
	"github.com/stretchr/testify/require"
)

// A number counts as its text, whatever its datatype. Raw elements are read by the code that reads those over HTTP.
func TestANumberCountsAsItsText(t *testing.T) {
	_, conn := dial(t, testrun.TrainMixed(t, nil), nil)
	client := inference.NewGRPCInferenceServiceClient(conn)
	ask := func(datatype string, x *inference.InferTensorContents) []float32 {
		bytes := func(text string) *inference.InferTensorContents {
			return &inference.InferTensorContents{BytesContents: [][]byte{[]byte(text)}}
		}
		r := &inference.ModelInferRequest{ModelName: "ads", Inputs: []*inference.ModelInferRequest_InferInputTensor{
			{Name: "t", Datatype: "BYTES", Shape: []int64{1}, Contents: bytes("2026-01-02")},
			{Name: "x", Datatype: datatype, Shape: []int64{2}, Contents: x},
		}, Parameters: map[string]*inference.InferParameter{"allow_missing": {ParameterChoice: &inference.InferParameter_BoolParam{BoolParam: true}}}}
		answer, err := client.ModelInfer(t.Context(), r)
		require.NoError(t, err)
		return answer.Outputs[0].Contents.Fp32Contents
	}
	for _, c := range []struct {
		datatypes []string
		contents  *inference.InferTensorContents
		texts     [2]string
	}{
		{[]string{"BOOL"}, &inference.InferTensorContents{BoolContents: []bool{true, false}}, [2]string{"1", "0"}},
		{[]string{"INT8", "INT16", "INT32"}, &inference.InferTensorContents{IntContents: []int32{-100, 7}}, [2]string{"-100", "7"}},
		{[]string{"INT64"}, &inference.InferTensorContents{Int64Contents: []int64{-1 << 40, 7}}, [2]string{"-1099511627776", "7"}},
		{[]string{"UINT8", "UINT16", "UINT32"}, &inference.InferTensorContents{UintContents: []uint32{200, 7}}, [2]string{"200", "7"}},
		{[]string{"FP32"}, &inference.InferTensorContents{Fp32Contents: []float32{0.1, -3.5e7}}, [2]string{"0.1", "-3.5e7"}},
		{[]string{"FP64"}, &inference.InferTensorContents{Fp64Contents: []float64{0.1, 1e-300}}, [2]string{"0.1", "1e-300"}},
	} {
		want := ask("BYTES", &inference.InferTensorContents{BytesContents: [][]byte{[]byte(c.texts[0]), []byte(c.texts[1])}})
		for _, datatype := range c.datatypes {
			require.Equal(t, want, ask(datatype, c.contents), datatype)
		}
	}
}
