package main

import (
	"bytes"
	"fmt"
	"go/types"
	"strings"
)

// declareProxy declares the struct by which a type of the interpreter implements the interface i:
// it holds the interpreter's object and a function for each method, as gomacro expects.
func (b *binder) declareProxy(name string, i *types.Interface) {
	var fields, methods bytes.Buffer
	for m := range i.Methods() {
		sig := m.Signature()
		params, args := b.params(sig)
		results := b.results(sig.Results())
		fmt.Fprintf(&fields, "%s_ func(%s) %s\n", m.Name(), strings.Join(append([]string{"object any"}, params...), ", "), results)
		call := fmt.Sprintf("p.%s_(%s)", m.Name(), strings.Join(append([]string{"p.Object"}, args...), ", "))
		if sig.Results().Len() > 0 {
			call = "return " + call
		}
		fmt.Fprintf(&methods, "\nfunc (p *%s) %s(%s) %s {\n%s\n}\n", name, m.Name(), strings.Join(params, ", "), results, call)
	}
	fmt.Fprintf(&b.declarations, "\ntype %s struct {\nObject any\n%s}\n%s", name, &fields, &methods)
}

// params are the parameters of a function, and the arguments that hand them on.
func (b *binder) params(sig *types.Signature) (params, args []string) {
	n := sig.Params().Len()
	for k := range n {
		t, dots := sig.Params().At(k).Type(), ""
		if sig.Variadic() && k == n-1 {
			t, dots = t.(*types.Slice).Elem(), "..."
		}
		name := fmt.Sprint("a", k)
		params = append(params, name+" "+dots+types.TypeString(t, b.qualify))
		args = append(args, name+dots)
	}
	return params, args
}

func (b *binder) results(tuple *types.Tuple) string {
	var list []string
	for v := range tuple.Variables() {
		list = append(list, types.TypeString(v.Type(), b.qualify))
	}
	return "(" + strings.Join(list, ", ") + ")"
}
