package rest

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"github.com/ctrzoo/ctrzoo/zoo/serve"
)

// answer appends the answer of a call: its JSON, and behind it the binary data. It returns the length of the JSON, and whether
// there are binary data.
func (r *request) answer(to []byte) (out []byte, head int, isBinary bool) {
	to = append(to, `{"model_name":`...)
	to = appendText(to, r.Model)
	to = append(to, `,"model_version":`...)
	to = appendText(to, r.Served)
	if r.ID != "" {
		to = append(to, `,"id":`...)
		to = appendText(to, r.ID)
	}
	to = append(to, `,"outputs":[`...)
	outputs := r.wanted()
	for i, o := range outputs {
		if i > 0 {
			to = append(to, ',')
		}
		to = appendOutput(to, o, &r.Call)
		isBinary = isBinary || o.binary
	}
	to = append(to, "]}"...)
	head = len(to)
	for _, o := range outputs {
		if o.binary {
			to = r.AppendRaw(to, o.name)
		}
	}
	return to, head, isBinary
}

// wanted returns the tensors of the answer: those that were asked for, else the probability; and the index if there is one.
func (r *request) wanted() []output {
	if len(r.outputs) == 0 {
		r.outputs = append(r.outputs, output{name: serve.Probability, binary: r.allBinary})
	}
	isIndex := func(o output) bool { return o.name == serve.Index }
	if r.TopK > 0 && !slices.ContainsFunc(r.outputs, isIndex) {
		r.outputs = append(r.outputs, output{name: serve.Index, binary: r.allBinary})
	}
	return r.outputs
}

func appendOutput(to []byte, o output, c *serve.Call) []byte {
	datatype, size, n := "FP32", 4, c.Samples
	if o.name == serve.Index {
		datatype, size, n = "INT64", 8, len(c.Best)
	}
	to = append(to, `{"name":"`...)
	to = append(to, o.name...)
	to = append(to, `","datatype":"`...)
	to = append(to, datatype...)
	to = append(to, `","shape":[`...)
	to = strconv.AppendInt(to, int64(n), 10)
	if o.binary {
		to = append(to, `],"parameters":{"binary_data_size":`...)
		to = strconv.AppendInt(to, int64(n*size), 10)
		return append(to, "}}"...)
	}
	to = append(to, `],"data":[`...)
	if o.name == serve.Index {
		for i, x := range c.Best {
			to = strconv.AppendInt(comma(to, i), x, 10)
		}
	} else {
		to = appendFloats(to, c.Floats(o.name))
	}
	return append(to, "]}"...)
}

func appendFloats(to []byte, list []float32) []byte {
	for i, x := range list {
		to = comma(to, i)
		if math.IsInf(float64(x), 0) { // a logit beyond float32, which JSON cannot have
			to = append(to, "null"...)
			continue
		}
		to = strconv.AppendFloat(to, float64(x), 'g', -1, 32)
	}
	return to
}

// comma appends a comma before all values but the first.
func comma(to []byte, i int) []byte {
	if i > 0 {
		return append(to, ',')
	}
	return to
}

// appendText appends a text as JSON.
func appendText(to []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(text) // which has no error for a text
			return append(to, quoted...)
		}
	}
	to = append(to, '"')
	to = append(to, text...)
	return append(to, '"')
}
