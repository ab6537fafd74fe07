package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"regexp"
	"slices"
	"strconv"
)

// linkedPackages are the paths that a Go file imports.
func linkedPackages(path string) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, spec := range file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// binding writes the source of a file of package main that makes the exported constants,
// variables, functions and types of pkg known to gomacro. Generic functions and types are left
// out, for gomacro cannot instantiate them.
func binding(pkg *types.Package) ([]byte, error) {
	b := &binder{imports: map[string]string{}, taken: map[string]bool{"reflect": true, "imports": true, "p": true}}
	scope := pkg.Scope()
	for _, name := range scope.Names() {
		if object := scope.Lookup(name); object.Exported() {
			b.bind(object, b.qualify(pkg)+"."+name)
		}
	}
	if b.binds.Len()+b.types.Len() == 0 {
		return nil, errors.New("it exports nothing that a notebook could use")
	}
	return b.source(pkg)
}

// binder collects the parts of a binding: entries of the maps of gomacro's imports.Package, and
// the declarations of proxies.
type binder struct {
	binds, types, proxies, untypeds bytes.Buffer

	declarations bytes.Buffer
	imports      map[string]string // the name of each imported path
	taken        map[string]bool   // names that an import cannot have
}

// bind adds an object that source calls by the given expression.
func (b *binder) bind(object types.Object, expression string) {
	name := object.Name()
	switch object := object.(type) {
	case *types.Const:
		if basic, ok := object.Type().(*types.Basic); ok && basic.Info()&types.IsUntyped != 0 {
			expression = untypedValue(expression, object.Val())
			fmt.Fprintf(&b.untypeds, "%q: %q,\n", name, untypedString(basic, object.Val()))
		}
		fmt.Fprintf(&b.binds, "%q: reflect.ValueOf(%s),\n", name, expression)
	case *types.Var:
		fmt.Fprintf(&b.binds, "%q: reflect.ValueOf(&%s).Elem(),\n", name, expression)
	case *types.Func:
		if object.Signature().TypeParams().Len() == 0 {
			fmt.Fprintf(&b.binds, "%q: reflect.ValueOf(%s),\n", name, expression)
		}
	case *types.TypeName:
		b.bindType(object, expression)
	}
}

func (b *binder) bindType(object *types.TypeName, expression string) {
	t, name := object.Type(), object.Name()
	if isGeneric(t) {
		return
	}
	fmt.Fprintf(&b.types, "%q: reflect.TypeFor[%s](),\n", name, expression)
	if i, ok := t.Underlying().(*types.Interface); ok && i.NumMethods() > 0 && canWrite(i, map[types.Type]bool{}) {
		proxy := "proxy_" + identifier(object.Pkg().Path()) + "_" + name
		fmt.Fprintf(&b.proxies, "%q: reflect.TypeFor[%s](),\n", name, proxy)
		b.declareProxy(proxy, i)
	}
}

// source puts the parts together.
func (b *binder) source(pkg *types.Package) ([]byte, error) {
	var text bytes.Buffer
	text.WriteString("package main\n\nimport (\n\"reflect\"\n\n\"github.com/cosmos72/gomacro/imports\"\n")
	for _, path := range slices.Sorted(maps.Keys(b.imports)) {
		fmt.Fprintf(&text, "%s %q\n", b.imports[path], path)
	}
	fmt.Fprintf(&text, ")\n\nfunc init() {\nimports.Packages[%q] = imports.Package{\nName: %q,\n", pkg.Path(), pkg.Name())
	for _, part := range []struct {
		field, element string
		entries        *bytes.Buffer
	}{
		{"Binds", "reflect.Value", &b.binds},
		{"Types", "reflect.Type", &b.types},
		{"Proxies", "reflect.Type", &b.proxies},
		{"Untypeds", "string", &b.untypeds},
	} {
		fmt.Fprintf(&text, "%s: map[string]%s{\n%s},\n", part.field, part.element, part.entries)
	}
	text.WriteString("}\n}\n")
	text.Write(b.declarations.Bytes())
	return format.Source(text.Bytes())
}

// qualify names a package, and so imports it.
func (b *binder) qualify(p *types.Package) string {
	if name, ok := b.imports[p.Path()]; ok {
		return name
	}
	name := p.Name()
	for i := 2; b.taken[name]; i++ {
		name = fmt.Sprint(p.Name(), i)
	}
	b.taken[name], b.imports[p.Path()] = true, name
	return name
}

var notIdentifier = regexp.MustCompile(`[^A-Za-z0-9]+`)

// identifier makes a part of an identifier of a path.
func identifier(path string) string { return notIdentifier.ReplaceAllString(path, "_") }
