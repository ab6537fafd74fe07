package main

import (
	"go/types"
	"strings"
)

// isGeneric tells whether t needs type arguments, or is a constraint.
func isGeneric(t types.Type) bool {
	switch t := t.(type) {
	case *types.Alias:
		return t.TypeParams().Len() > t.TypeArgs().Len() || isGeneric(types.Unalias(t))
	case *types.Named:
		return t.TypeParams().Len() > t.TypeArgs().Len() || isGeneric(t.Underlying())
	case *types.Interface:
		return !t.IsMethodSet()
	}
	return false
}

// canWrite tells whether another package can write t down: nothing in it is unexported or in an
// internal package.
func canWrite(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return true
	}
	seen[t] = true
	switch t := t.(type) {
	case *types.Named:
		p := t.Obj().Pkg()
		if p != nil && (!t.Obj().Exported() || isInternal(p)) {
			return false
		}
		for arg := range t.TypeArgs().Types() {
			if !canWrite(arg, seen) {
				return false
			}
		}
	case *types.Map:
		return canWrite(t.Key(), seen) && canWrite(t.Elem(), seen)
	case interface{ Elem() types.Type }: // a pointer, slice, array or channel
		return canWrite(t.Elem(), seen)
	case *types.Signature:
		return canWrite(t.Params(), seen) && canWrite(t.Results(), seen)
	case *types.Tuple:
		for v := range t.Variables() {
			if !canWrite(v.Type(), seen) {
				return false
			}
		}
	case *types.Struct:
		for f := range t.Fields() {
			if !f.Exported() || !canWrite(f.Type(), seen) {
				return false
			}
		}
	case *types.Interface:
		for m := range t.Methods() {
			if !m.Exported() || !canWrite(m.Type(), seen) {
				return false
			}
		}
	case *types.Alias:
		return canWrite(types.Unalias(t), seen)
	}
	return true
}

func isInternal(p *types.Package) bool { return strings.Contains("/"+p.Path()+"/", "/internal/") }
