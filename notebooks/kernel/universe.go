//go:build gophernotes

package main

import (
	"reflect"

	"github.com/cosmos72/gomacro/fast"
	"github.com/cosmos72/gomacro/go/types"
	"github.com/cosmos72/gomacro/imports"
	"github.com/cosmos72/gomacro/xreflect"
)

// newInterpreter returns an interpreter that knows the exact types of the linked packages.
//
// gomacro alone derives a type from reflection while that type is half built, and so takes every
// []*T inside T for a slice of an unknown type: with Gorgonia's Node, f(nodes...) would not
// compile. But it takes types that a known package declares from there. So all are declared
// before the first import.
func newInterpreter() *fast.Interp {
	interpreter := fast.New()
	d := declarer{interpreter.Comp.Universe, map[reflect.Type]types.Type{}}
	for _, p := range imports.Packages {
		for _, t := range p.Types {
			d.declare(t)
		}
		for _, v := range p.Binds {
			d.declare(v.Type())
		}
	}
	return interpreter
}

// declarer converts types of package reflect to types of gomacro.
type declarer struct {
	universe *xreflect.Universe
	named    map[reflect.Type]types.Type
}

// declare converts t, and declares the named types that it is made of.
func (d declarer) declare(t reflect.Type) types.Type {
	if k := int(t.Kind()); k < len(d.universe.BasicTypes) {
		if basic := d.universe.BasicTypes[k]; basic != nil && basic.ReflectType() == t {
			return basic.GoType()
		}
	}
	if t == d.universe.TypeOfError.ReflectType() {
		return d.universe.TypeOfError.GoType()
	}
	if t.PkgPath() == "" { // no name, or one of the universe, such as any
		return d.underlying(t)
	}
	if n := d.named[t]; n != nil {
		return n
	}
	if known := d.universe.ReflectTypes[t]; known != nil {
		d.named[t] = known.GoType()
		return known.GoType()
	}
	pkg := d.pkg(t.PkgPath())
	name := types.NewTypeName(0, pkg, t.Name(), nil)
	n := types.NewNamed(name, nil, nil)
	d.named[t] = n // before its parts, which may refer to it
	n.SetUnderlying(d.underlying(t))
	pkg.Scope().Insert(name)
	return n
}

func (d declarer) pkg(path string) *types.Package {
	if path == "" {
		return nil
	}
	return d.universe.LoadPackage(path).GoPackage()
}

func (d declarer) underlying(t reflect.Type) types.Type {
	switch t.Kind() {
	case reflect.Array:
		return types.NewArray(d.declare(t.Elem()), int64(t.Len()))
	case reflect.Chan:
		return types.NewChan(direction[t.ChanDir()], d.declare(t.Elem()))
	case reflect.Func:
		return d.signature(t)
	case reflect.Interface:
		return d.iface(t)
	case reflect.Map:
		return types.NewMap(d.declare(t.Key()), d.declare(t.Elem()))
	case reflect.Pointer:
		return types.NewPointer(d.declare(t.Elem()))
	case reflect.Slice:
		return types.NewSlice(d.declare(t.Elem()))
	case reflect.Struct:
		return d.structure(t)
	}
	return d.universe.BasicTypes[t.Kind()].GoType().Underlying()
}

var direction = map[reflect.ChanDir]types.ChanDir{
	reflect.BothDir: types.SendRecv,
	reflect.SendDir: types.SendOnly,
	reflect.RecvDir: types.RecvOnly,
}

func (d declarer) iface(t reflect.Type) types.Type {
	methods := make([]*types.Func, t.NumMethod())
	for i := range methods {
		m := t.Method(i)
		methods[i] = types.NewFunc(0, d.pkg(m.PkgPath), m.Name, d.signature(m.Type))
	}
	return types.NewInterface(methods, nil).Complete()
}

func (d declarer) structure(t reflect.Type) types.Type {
	fields, tags := make([]*types.Var, t.NumField()), make([]string, t.NumField())
	for i := range fields {
		f := t.Field(i)
		fields[i] = types.NewField(0, d.pkg(f.PkgPath), f.Name, d.declare(f.Type), f.Anonymous)
		tags[i] = string(f.Tag)
	}
	return types.NewStruct(fields, tags)
}

func (d declarer) signature(t reflect.Type) *types.Signature {
	params, results := make([]*types.Var, t.NumIn()), make([]*types.Var, t.NumOut())
	for i := range params {
		params[i] = types.NewParam(0, nil, "", d.declare(t.In(i)))
	}
	for i := range results {
		results[i] = types.NewParam(0, nil, "", d.declare(t.Out(i)))
	}
	return types.NewSignature(nil, types.NewTuple(params...), types.NewTuple(results...), t.IsVariadic())
}
