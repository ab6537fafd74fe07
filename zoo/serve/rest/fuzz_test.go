package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"
	"unicode/utf8"

	"github.com/ctrzoo/ctrzoo/internal/fuzzing"
	"github.com/stretchr/testify/require"
)

// The scanner accepts what encoding/json accepts, and reads the same from it.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{
		`{"inputs":[{"name":"a","datatype":"BYTES","shape":[2],"data":["x","\u00fc\n"]}]}`,
		`{"id":"7","parameters":{"top_k":3,"allow_missing":true},"inputs":[{"data":[[1],[2.5e3]],"name":"b","shape":[2,1],"datatype":"FP64"}],"outputs":[{"name":"logit"}]}`,
		`{"inputs":[{"name":"c","datatype":"INT64","shape":[1],"data":[-9223372036854775808]}], "more": [null, {"x": [true, false]}]}`,
		`{"inputs":[{"name":"c","datatype":"FP32","shape":[2],"data":[0.1,null]}]}`,
		`{"inputs":[{"name":"c","datatype":"INT64","shape":[2],"data":[-92233720368547, false]}]}`,
		`{"inputs":[{"name":"c","datatype":"FP64","shape":[1],"shape":[2],"data":["x","\u00fc\n"]}]}`,
		`{"a":-0.5E+10,"b":"\ud800","c":[[[]]],"d":01}`, `[1,2,]`, "{\"a\":\"\x01\"}", `{} {}`, "{\"a\":\"\xff\"}",
	} {
		f.Add([]byte(seed))
	}
	fuzzing.Fuzz(f, func(t *testing.T, text []byte) {
		var r request
		r.Reset("rest")
		err := r.parse(text, len(text))
		var syntax *syntaxError
		switch {
		case errors.As(err, &syntax):
			// The first error may be found before the whole text is read, but never in a text that is JSON and an object.
			var object map[string]json.RawMessage
			if json.Unmarshal(text, &object) == nil && object != nil && hasObjects(text) {
				t.Fatalf("%v in %q", err, text)
			}
		case err == nil:
			require.True(t, json.Valid(text), "%q", text)
			if utf8.Valid(text) {
				sameInputs(t, text, &r)
			}
		}
	})
}

// hasObjects reports whether a request has the kinds of values that it must have, as encoding/json sees it.
func hasObjects(text []byte) bool {
	var want struct {
		ID         *string                    `json:"id"`
		Parameters map[string]json.RawMessage `json:"parameters"`
		Inputs     []plainInput               `json:"inputs"`
		Outputs    []struct {
			Name       string                     `json:"name"`
			Parameters map[string]json.RawMessage `json:"parameters"`
		} `json:"outputs"`
	}
	return json.Unmarshal(text, &want) == nil && !isOdd(text)
}

// isOdd reports whether a text has what encoding/json takes and a request may not have: null, other keys, arrays of values of
// several kinds.
func isOdd(text []byte) bool {
	var value any
	if json.Unmarshal(text, &value) != nil {
		return true
	}
	known := map[string]bool{"id": true, "parameters": true, "inputs": true, "outputs": true, "name": true, "datatype": true, "shape": true, "data": true}
	var odd func(v any) bool
	odd = func(v any) bool {
		switch v := v.(type) {
		case nil:
			return true
		case map[string]any:
			for key, inner := range v {
				if !known[key] || odd(inner) {
					return true
				}
			}
		case []any:
			kinds := map[string]bool{}
			addKinds(v, kinds)
			return len(kinds) > 1 || slices.ContainsFunc(v, odd)
		}
		return false
	}
	return odd(value)
}

// addKinds adds the kinds of the values of an array, and of arrays in it.
func addKinds(list []any, kinds map[string]bool) {
	for _, v := range list {
		if inner, isList := v.([]any); isList {
			addKinds(inner, kinds)
		} else {
			kinds[fmt.Sprintf("%T", v)] = true
		}
	}
}

type plainInput struct {
	Name     string          `json:"name"`
	Datatype string          `json:"datatype"`
	Shape    []int64         `json:"shape"`
	Data     json.RawMessage `json:"data"`
}

// sameInputs asserts that encoding/json reads the same inputs. Where a key comes twice, or in other letters, it may not.
func sameInputs(t *testing.T, text []byte, r *request) {
	t.Helper()
	var want struct {
		Inputs []plainInput `json:"inputs"`
	}
	if json.Unmarshal(text, &want) != nil || len(want.Inputs) != len(r.Inputs) {
		return
	}
	for i, in := range want.Inputs {
		c := r.Inputs[i]
		if in.Name != c.Column {
			return
		}
		var flat []any
		flatten(t, in.Data, &flat)
		if len(flat) != c.Len() {
			return
		}
		for k, v := range flat {
			switch v := v.(type) {
			case string:
				require.Equal(t, v, c.Texts[k])
			case json.Number:
				sameNumber(t, v, c.Ints, c.Floats, c.Doubles, k)
			}
		}
	}
}

func sameNumber(t *testing.T, v json.Number, ints []int64, floats []float32, doubles []float64, k int) {
	t.Helper()
	switch {
	case ints != nil:
		n, err := v.Int64()
		require.NoError(t, err)
		require.Equal(t, n, ints[k])
	case floats != nil:
		x, err := strconv.ParseFloat(v.String(), 32)
		require.NoError(t, err)
		require.Equal(t, math.Float32bits(float32(x)), math.Float32bits(floats[k]))
	case doubles != nil:
		x, err := v.Float64()
		require.NoError(t, err)
		require.Equal(t, math.Float64bits(x), math.Float64bits(doubles[k]))
	default:
		t.Fatalf("a number among texts: %v", v)
	}
}

// flatten appends the values of arrays within each other.
func flatten(t *testing.T, data json.RawMessage, to *[]any) {
	t.Helper()
	var list []json.RawMessage
	if json.Unmarshal(data, &list) != nil {
		return
	}
	for _, raw := range list {
		switch raw[0] {
		case '[':
			flatten(t, raw, to)
		case '"':
			var s string
			require.NoError(t, json.Unmarshal(raw, &s))
			*to = append(*to, s)
		case 'n', 't', 'f', '{':
			*to = append(*to, nil)
		default:
			*to = append(*to, json.Number(raw))
		}
	}
}

// A text that is skipped is accepted exactly if it is JSON.
func FuzzSkip(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-0.5e+7,"x\u12\"",null,true]}`, `[]`, `{}`, `"`, `-`, `1.`, `[,]`, `{"a"}`, `nul`, "\x00", ` 1 `, `[1 2]`} {
		f.Add([]byte(seed))
	}
	fuzzing.Fuzz(f, func(t *testing.T, text []byte) {
		s := scanner{text: text}
		s.skip()
		s.end()
		if errors.Is(s.err, errDeep) || errors.Is(s.err, errText) {
			return
		}
		require.Equal(t, json.Valid(text), s.err == nil, "%q: %v", text, s.err)
	})
}
