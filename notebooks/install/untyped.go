package main

import (
	"go/constant"
	"go/types"
)

// untypedValue gives an untyped constant a type that can hold it.
func untypedValue(expression string, v constant.Value) string {
	if v.Kind() != constant.Int {
		return expression
	}
	if i, ok := constant.Int64Val(v); ok {
		if i == int64(int32(i)) {
			return expression
		}
		return "int64(" + expression + ")"
	}
	if _, ok := constant.Uint64Val(v); ok {
		return "uint64(" + expression + ")"
	}
	return "float64(" + expression + ")"
}

// untypedString writes an untyped constant as gomacro reads it: its kind and its exact value.
func untypedString(t *types.Basic, v constant.Value) string {
	switch t.Kind() {
	case types.UntypedBool:
		return "bool:" + v.ExactString()
	case types.UntypedInt:
		return "int:" + v.ExactString()
	case types.UntypedRune:
		return "rune:" + v.ExactString()
	case types.UntypedFloat:
		return "float:" + v.ExactString()
	case types.UntypedComplex:
		return "complex:" + constant.Real(v).ExactString() + ":" + constant.Imag(v).ExactString()
	case types.UntypedString:
		return "string:" + constant.StringVal(v)
	}
	return "nil"
}
