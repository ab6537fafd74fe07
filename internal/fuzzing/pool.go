package fuzzing

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"sync/atomic"
)

// A pool has the inputs that are mutated: seeds, those that reached new statements, and, since most states of a parser are
// several mutations away, some that did not.
type pool struct {
	*mutator
	kept    []input
	strays  [64]input
	reached float64 // the share of statements
	size    atomic.Int64
}

func newPool(seeds []input, random *rand.Rand) *pool {
	p := &pool{mutator: newMutator(seeds, random), kept: seeds}
	for i := range p.strays {
		p.strays[i] = p.anyKept()
	}
	p.size.Store(int64(len(seeds)))
	return p
}

func (p *pool) anyKept() input { return p.kept[p.IntN(len(p.kept))] }

// next is a mutation of an input of the pool.
func (p *pool) next() input {
	base := p.anyKept()
	if p.IntN(4) == 0 {
		base = p.strays[p.IntN(len(p.strays))]
	}
	other := p.anyKept()
	out := append(input(nil), base...)
	changes := 1 << p.IntN(4)
	for range changes {
		i := p.IntN(len(out))
		out[i] = p.change(out[i], other[i])
	}
	return out
}

// ran takes an input after its execution, and the share of statements that were reached so far.
func (p *pool) ran(in input, reached float64) {
	switch {
	case reached > p.reached:
		p.reached = reached
		p.kept = append(p.kept, in)
		p.size.Store(int64(len(p.kept)))
	case p.IntN(16) == 0:
		p.strays[p.IntN(len(p.strays))] = in
	}
}

// change mutates a value once. Other is one of the same type.
func (p *pool) change(value, other any) any {
	switch v := value.(type) {
	case []byte:
		return p.mutate(bytes.Clone(v), other.([]byte))
	case string:
		return string(p.mutate([]byte(v), []byte(other.(string))))
	case bool:
		return !v
	}
	v := reflect.New(reflect.TypeOf(value)).Elem()
	switch n := p.extreme(); {
	case v.CanInt():
		v.SetInt(int64(n))
	case v.CanUint():
		v.SetUint(n)
	default:
		panic("fuzzing: no mutation of " + v.Type().String())
	}
	return v.Interface()
}
