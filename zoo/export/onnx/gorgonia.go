package onnx

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// probeBatch is the size of the batch of a graph that is exported. It is a prime number, so that a dimension which is a
// multiple of it is one of samples.
const probeBatch = 251

// hasBatch says whether a shape has a dimension of samples.
func hasBatch(s tensor.Shape) bool {
	for _, d := range s {
		if d%probeBatch == 0 {
			return true
		}
	}
	return false
}

// gorgoniaForm returns the form of an operation of Gorgonia itself; nil if it has none. Gorgonia does not export the
// types of its operations, so their names and texts must do.
func gorgoniaForm(n *gorgonia.Node) graph.OpForm {
	text := fmt.Sprint(n.Op())
	switch strings.TrimPrefix(fmt.Sprintf("%T", n.Op()), "*") {
	case "gorgonia.elemUnaryOp":
		return unaryForms()[text]
	case "gorgonia.elemBinOp":
		return binaryForm(text)
	case "gorgonia.linAlgBinOp":
		return productForm(text)
	case "gorgonia.sumOp":
		return sumForm(n, text)
	case "gorgonia.reshapeOp":
		return func(f graph.Form, in []string) string { return shaped(f, in[0], n.Shape()) }
	case "gorgonia.transposeOp":
		return listForm(text, func(axes []int) graph.OpForm { return one("Transpose", graph.FormAttribute{Name: "perm", Value: axes}) })
	case "gorgonia.concatOp":
		return listForm(text, func(axis []int) graph.OpForm { return one("Concat", graph.FormAttribute{Name: "axis", Value: axis[0]}) })
	case "gorgonia.softmaxOp":
		return softmaxForm(text)
	}
	return nil
}

// one is the form of an operation that is one operator.
func one(operator string, attributes ...graph.FormAttribute) graph.OpForm {
	return func(f graph.Form, in []string) string { return f.Node(operator, in, attributes...) }
}

// chain is the form of an operation that is one operator after the other.
func chain(operators ...string) graph.OpForm {
	return func(f graph.Form, in []string) string {
		for _, o := range operators {
			in = []string{f.Node(o, in)}
		}
		return in[0]
	}
}

// power multiplies a value n times by itself.
func power(n int) graph.OpForm {
	return func(f graph.Form, in []string) string {
		y := in[0]
		for range n - 1 {
			y = f.Node("Mul", []string{y, in[0]})
		}
		return y
	}
}

// unaryForms are the operations on each element, by the names that Gorgonia gives them.
func unaryForms() map[string]graph.OpForm {
	return map[string]graph.OpForm{
		"abs": one("Abs"), "sign": one("Sign"), "ceil": one("Ceil"), "floor": one("Floor"), "sin": one("Sin"), "cos": one("Cos"),
		"exp": one("Exp"), "ln": one("Log"), "neg": one("Neg"), "sqrt": one("Sqrt"), "inv": one("Reciprocal"), "tanh": one("Tanh"),
		"sigmoid": one("Sigmoid"), "softplus": one("Softplus"), "invSqrt": chain("Sqrt", "Reciprocal"), "square": power(2), "cube": power(3),
		"log2": func(f graph.Form, in []string) string {
			return f.Node("Mul", []string{f.Node("Log", in), f.Floats(math.Log2E)})
		},
		"log1p": func(f graph.Form, in []string) string {
			return f.Node("Log", []string{f.Node("Add", []string{in[0], f.Floats(1)})})
		},
		"expm1": func(f graph.Form, in []string) string {
			return f.Node("Sub", []string{f.Node("Exp", in), f.Floats(1)})
		},
	}
}

// binaryForm is that of an operation on two values, for example "⊙ false". A comparison may give booleans, which no other
// operation here takes, or, with true, numbers.
func binaryForm(text string) graph.OpForm {
	sign, asNumber, _ := strings.Cut(text, " ")
	if operator, is := map[string]string{"+": "Add", "-": "Sub", "⊙": "Mul", "÷": "Div", "^": "Pow"}[sign]; is {
		return one(operator)
	}
	operator, is := map[string]string{"<": "Less", ">": "Greater", "<=": "LessOrEqual", ">=": "GreaterOrEqual", "==": "Equal"}[sign]
	if !is || asNumber != "true" {
		return nil
	}
	return func(f graph.Form, in []string) string {
		return f.Node("Cast", []string{f.Node(operator, in)}, graph.FormAttribute{Name: "to", Value: int(float32Type)})
	}
}

// productForm is that of a matrix product, for example "A × Bᵀ".
func productForm(text string) graph.OpForm {
	parts := regexp.MustCompile(`^A(ᵀ?) × [Bb](ᵀ?)$`).FindStringSubmatch(text)
	if parts == nil {
		return nil
	}
	return func(f graph.Form, in []string) string {
		factors := make([]string, 2)
		for i, name := range in {
			factors[i] = name
			if parts[i+1] != "" {
				factors[i] = f.Node("Transpose", []string{name})
			}
		}
		return f.Node("MatMul", factors)
	}
}

// sumForm is that of a sum, for example "Σ[1]". A sum over samples has none: it would mix them.
func sumForm(n *gorgonia.Node, text string) graph.OpForm {
	in := graph.InputsOf(n)[0].Shape()
	return listForm(text, func(axes []int) graph.OpForm {
		for _, axis := range axes {
			if axis >= len(in) || in[axis]%probeBatch == 0 {
				return nil
			}
		}
		return func(f graph.Form, in []string) string {
			return shaped(f, f.Node("ReduceSum", []string{in[0], f.Ints(axes...)}), n.Shape())
		}
	})
}

// softmaxForm is that of "Softmax{1, false}()": its axis, and whether its logarithm is wanted.
func softmaxForm(text string) graph.OpForm {
	operator := "Softmax"
	if strings.Contains(text, "true") {
		operator = "LogSoftmax"
	}
	return listForm(text, func(axis []int) graph.OpForm {
		return one(operator, graph.FormAttribute{Name: "axis", Value: axis[0]})
	})
}

// listForm gives the numbers in the text of an operation to form, which needs one at least.
func listForm(text string, form func(numbers []int) graph.OpForm) graph.OpForm {
	var numbers []int
	for _, digits := range regexp.MustCompile(`-?\d+`).FindAllString(text, -1) {
		n, _ := strconv.Atoi(digits) // digits only
		numbers = append(numbers, n)
	}
	if numbers == nil {
		return nil
	}
	return form(numbers)
}

// shaped gives a value the shape of a node, whose first dimension of samples is free.
func shaped(f graph.Form, x string, shape tensor.Shape) string {
	dims, free := make([]int, len(shape)), false
	for i, d := range shape {
		dims[i] = d
		if d%probeBatch == 0 && !free {
			dims[i], free = -1, true
		}
	}
	return f.Node("Reshape", []string{x, f.Ints(dims...)})
}
