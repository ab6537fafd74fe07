package rpc

import (
	"testing"

	"github.com/ctrzoo/ctrzoo/internal/fuzzing"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/ctrzoo/ctrzoo/zoo/serve/rpc/inference"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
)

// The inputs of any message have as many elements as their shapes say, or the message is refused.
func FuzzMessage(f *testing.F) {
	for _, r := range []*inference.ModelInferRequest{
		{Inputs: []*inference.ModelInferRequest_InferInputTensor{{Name: "a", Datatype: "BYTES", Shape: []int64{2}}},
			RawInputContents: [][]byte{[]byte("\x01\x00\x00\x00x\x00\x00\x00\x00")}},
		{Inputs: []*inference.ModelInferRequest_InferInputTensor{{Name: "x", Datatype: "INT8", Shape: []int64{1, 1},
			Contents: &inference.InferTensorContents{IntContents: []int32{-5}}}}},
		{ModelName: "ads", Outputs: []*inference.ModelInferRequest_InferRequestedOutputTensor{{Name: "logit"}}},
	} {
		data, err := proto.Marshal(r)
		require.NoError(f, err)
		f.Add(data)
	}
	fuzzing.Fuzz(f, func(t *testing.T, data []byte) {
		var r inference.ModelInferRequest
		if proto.Unmarshal(data, &r) != nil {
			return
		}
		c := &serve.Call{}
		c.Reset("grpc")
		if err := read(c, &r); err != nil {
			require.Equal(t, serve.BadInput, serve.KindOf(err))
			return
		}
		require.Len(t, c.Inputs, len(r.Inputs))
		for i := range c.Inputs {
			require.EqualValues(t, r.Inputs[i].Shape[0], c.Inputs[i].Len())
		}
	})
}
