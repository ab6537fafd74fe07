package rest

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/stretchr/testify/require"
)

// A number counts as its text, in JSON and in binary, whatever its datatype.
func TestANumberCountsAsItsText(t *testing.T) {
	h := handler(t, testrun.TrainMixed(t, nil), serve.Options{})
	ask := func(x jsonTensor, raw []byte) []float32 {
		b := body{Parameters: map[string]any{"allow_missing": true}, Inputs: []jsonTensor{{Name: "t", Datatype: "BYTES", Shape: []int{1}, Data: column("t")[:1]}, x}}
		head, err := json.Marshal(b)
		require.NoError(t, err)
		return answered(t, post(t, h, "/v2/models/ads/infer", append(head, raw...), lengthHeader, strconv.Itoa(len(head)))).Outputs[0].Data
	}
	for datatype, numbers := range map[string]any{
		"BOOL": []bool{true, false}, "INT8": []int8{-128, 7}, "INT16": []int16{-300, 7}, "INT32": []int32{-70000, 7},
		"INT64": []int64{-1 << 40, 7}, "UINT8": []uint8{255, 7}, "UINT16": []uint16{65535, 7}, "UINT32": []uint32{1 << 31, 7},
		"FP32": []float32{0.1, -3.5e7}, "FP64": []float64{0.1, 1e-300},
	} {
		list := reflect.ValueOf(numbers)
		texts := make([]string, list.Len())
		for i := range texts {
			texts[i] = map[string]string{"true": "1", "false": "0"}[fmt.Sprint(list.Index(i))]
			if datatype != "BOOL" {
				texts[i] = fmt.Sprint(list.Index(i))
			}
		}
		want := ask(jsonTensor{Name: "x", Datatype: "BYTES", Shape: []int{2}, Data: texts}, nil)
		data := numbers
		if datatype == "UINT8" { // which JSON would write as a text
			data = []int{255, 7}
		}
		require.Equal(t, want, ask(jsonTensor{Name: "x", Datatype: datatype, Shape: []int{2}, Data: data}, nil), datatype)
		var raw bytes.Buffer
		require.NoError(t, binary.Write(&raw, binary.LittleEndian, numbers))
		binaryTensor := jsonTensor{Name: "x", Datatype: datatype, Shape: []int{2}, Parameters: map[string]any{"binary_data_size": raw.Len()}}
		require.Equal(t, want, ask(binaryTensor, raw.Bytes()), datatype)
	}
}
