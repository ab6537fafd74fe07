package tape

import (
	"encoding/binary"
	"math"
	"os"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
)

// Weight is a weight of a model.
type Weight struct {
	Name    string `json:"name"` // as of a checkpoint, for example "mlp/0/weight"
	Rows    int    `json:"rows"`
	Columns int    `json:"columns"`
	Table   bool   `json:"table"` // one that ids are rows of
}

// WriteWeights writes the values of weights to a file, one weight after the other, as little-endian float32, and returns them in this
// order.
func WriteWeights(path string, weights *graph.Weights) (list []Weight, err error) {
	var values []byte
	for w := range weights.All() {
		values = appendFloats(values, w.Values())
		list = append(list, Weight{w.Name, w.Shape[0], w.Shape[1], w.Table != nil})
	}
	return list, os.WriteFile(path, values, 0o666)
}

// appendFloats appends the bytes of numbers.
func appendFloats(to []byte, values []float32) []byte {
	for _, x := range values {
		to = binary.LittleEndian.AppendUint32(to, math.Float32bits(x))
	}
	return to
}

// FirstRows returns the places of fields in the joint table: one after the other, but for those that share the rows of another.
func FirstRows(fields []datasets.Field) (list []int32) {
	first, next := map[string]int32{}, int32(0)
	for _, f := range fields {
		at, shared := first[f.Shares]
		if !shared {
			at = next
			next += int32(f.Rows)
		}
		first[f.Name] = at
		list = append(list, at)
	}
	return list
}
