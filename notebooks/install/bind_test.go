package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"github.com/stretchr/testify/require"
)

// bindingOf is the binding of a package with the given source.
func bindingOf(t *testing.T, source string) (string, error) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "p.go", source, 0)
	require.NoError(t, err)
	pkg, err := new(types.Config).Check("example.com/p", set, []*ast.File{file}, nil)
	require.NoError(t, err)
	text, err := binding(pkg)
	if err != nil {
		return "", err
	}
	parsed, err := parser.ParseFile(set, "bind.go", text, 0)
	require.NoError(t, err)
	require.Equal(t, "main", parsed.Name.Name)
	return string(text), nil
}

func TestBinding(t *testing.T) {
	for _, test := range []struct {
		name, source    string
		has, doesntHave []string
	}{
		{name: "a function", source: "func F(xs ...int) error { return nil }", has: []string{`"F": reflect.ValueOf(p2.F)`}},
		{name: "a variable", source: "var V = 1", has: []string{`"V": reflect.ValueOf(&p2.V).Elem()`}},
		{name: "unexported", source: "var V, v = 1, 2", doesntHave: []string{"p2.v"}},
		{name: "an untyped constant", source: "const C = 1.5", has: []string{`"C": "float:3/2"`}},
		{name: "a large constant", source: "const C = 1 << 40", has: []string{"int64(p2.C)"}},
		{name: "a huge constant", source: "const C = 1 << 63", has: []string{"uint64(p2.C)"}},
		{name: "a typed constant", source: "type T int; const C T = 1", has: []string{"p2.C"}, doesntHave: []string{"int:1"}},
		{name: "generic", source: "func F[T any](T) {}; type G[T any] []T; type N interface{ ~int }; var V G[int]",
			has: []string{"p2.V"}, doesntHave: []string{"p2.F", "p2.G", "p2.N"}},
		{name: "an interface", source: "type I interface{ M(a string, more ...[]byte) (int, error) }",
			has: []string{
				"M_     func(object any, a0 string, a1 ...[]byte) (int, error)",
				"return p.M_(p.Object, a0, a1...)",
				`"I": reflect.TypeFor[proxy_example_com_p_I]()`,
			}},
		{name: "an interface of unexported parts", source: "type hidden struct{}; type I interface{ M(hidden) }; type J interface{ m() }",
			has: []string{"p2.I", "p2.J"}, doesntHave: []string{"proxy_"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			text, err := bindingOf(t, "package p; "+test.source)
			require.NoError(t, err)
			for _, s := range test.has {
				require.Contains(t, text, s)
			}
			for _, s := range test.doesntHave {
				require.NotContains(t, text, s)
			}
		})
	}
}

func TestBindingOfNothing(t *testing.T) {
	_, err := bindingOf(t, "package p; func F[T any]() {}")
	require.ErrorContains(t, err, "exports nothing")
}

func TestLinkedPackages(t *testing.T) {
	paths, err := linkedPackages("../kernel/packages.go")
	require.NoError(t, err)
	require.Contains(t, paths, "gorgonia.org/gorgonia")
	require.Contains(t, paths, "github.com/ctrzoo/ctrzoo/zoo")
}

func TestEdit(t *testing.T) {
	text, err := edit("kernel.go", "x\nir := interp.New()\nio.Copy(&jupyterStdOut, rOut)\n")
	require.NoError(t, err)
	require.Equal(t, "x\nir := newInterpreter()\ncopyOutput(&jupyterStdOut, rOut)\n", text)
	_, err = edit("kernel.go", "another version")
	require.ErrorContains(t, err, "not written for")
	text, err = edit("main.go", "package main")
	require.NoError(t, err)
	require.Equal(t, "package main", text)
}
