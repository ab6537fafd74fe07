package graph

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Unpooled is an embedding of which some lists have a vector for each of their places, made by Builder.EmbedUnpooled.
type Unpooled struct {
	builder *Builder
	name    string
	dim     int
	lists   []string
	vectors *gorgonia.Node // of all fields that have ids, side by side, those of such a list one after another
	numbers *gorgonia.Node // nil if there are none
	first   map[string]int // the place among vectors of a field's first one
	total   int            // vectors of a sample
}

// EmbedUnpooled is Embed for a model that looks at some lists place by place. All vectors come from one lookup, so that the
// gradient of the table is one RowGrad. A place without an id reads as zeros and gets no gradient.
func (b *Builder) EmbedUnpooled(name string, dim int, lists ...string) *Unpooled {
	u := &Unpooled{builder: b, name: name, dim: dim, lists: lists, first: map[string]int{}}
	if b.err != nil {
		return u
	}
	unpooled := map[string]bool{}
	for _, list := range lists {
		if f := b.FieldNamed(list); f == nil || f.Kind != List {
			b.fail(name, fmt.Errorf("%q is no list", list))
			return u
		}
		unpooled[list] = true
	}
	l, err := newLayoutWith(b.fields, unpooled)
	if err != nil {
		b.fail(name, err)
		return u
	}
	for i, s := range l.slots {
		if field := l.columns[s.from].field; i == 0 || l.columns[l.slots[i-1].from].field != field {
			u.first[field] = i
		}
	}
	u.total = len(l.slots)
	index := b.keep(name)(indexNode(b.ids, l))
	u.vectors, u.numbers = b.embedParts(name, dim, RoleEmbedding, index, l)
	return u
}

// Vectors returns the vector of a categorical field, or those of an unpooled list: (batch, dim) or (batch, Length*dim).
func (u *Unpooled) Vectors(field string) *gorgonia.Node {
	b := u.builder
	if b.err != nil {
		return nil
	}
	first, has := u.first[field]
	if !has {
		b.fail(u.name, fmt.Errorf("%q has no ids", field))
		return nil
	}
	return b.Columns(u.name, u.vectors, first*u.dim, u.places(field)*u.dim)
}

// places returns how many vectors a field has.
func (u *Unpooled) places(field string) int {
	if slices.Contains(u.lists, field) {
		return u.builder.FieldNamed(field).Length
	}
	return 1
}

// Present returns 1 for every place of a list or a categorical field that has an id, else 0: (batch, Length).
func (b *Builder) Present(field string) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	from := 0
	for _, f := range b.fields {
		if f.Name == field && f.columns() > 0 {
			return b.keep(field)(present(b.ids, from, f.columns()))
		}
		from += f.columns()
	}
	b.fail("present", fmt.Errorf("%q is no field with ids", field))
	return nil
}

// present reports which ids of some columns are not Absent.
func present(ids *gorgonia.Node, from, n int) (*gorgonia.Node, error) {
	batch, width := ids.Shape()[0], ids.Shape()[1]
	out := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(batch, n))
	o := &op{name: "present", shape: tensor.Shape{batch, n}}
	o.do = func(in []gorgonia.Value) (gorgonia.Value, error) {
		dense, ok := in[0].(*tensor.Dense)
		if !ok || dense.Dtype() != tensor.Int32 {
			return nil, fmt.Errorf("ids must be a dense int32 matrix, got %T", in[0])
		}
		dst := out.Float32s()
		clear(dst)
		for s := range batch {
			for i, id := range dense.Int32s()[s*width+from:][:n] {
				if id != Absent {
					dst[s*n+i] = 1
				}
			}
		}
		return out, nil
	}
	form := func(f Form, in []string) string {
		is := f.Node("GreaterOrEqual", []string{columnsForm(f, in[0], from, from+n), f.Ints(0)})
		return f.Node("Cast", []string{is}, FormAttribute{"to", onnxFloat})
	}
	return o.as(form).apply(ids)
}

// Compare returns, for every place of an unpooled list, what an activation unit sees of a target t and the place's vector v:
// t, v, t-v and t*v, side by side: (batch*Length, 4*dim). The result is packed: the rows of the places that have an id come first.
// Linear, BatchNorm, Dice and PReLU work on these rows only, and cost nothing for the others; Unpack brings a column of them back to
// the places. Other operations refuse it.
func (u *Unpooled) Compare(target, list string) *gorgonia.Node {
	b := u.builder
	if b.err != nil {
		return nil
	}
	t, hasTarget := u.first[target]
	l, hasList := u.first[list]
	if !hasTarget || !hasList || u.places(target) != 1 {
		b.fail(u.name, fmt.Errorf("%q is not compared with the places of %q", target, list))
		return nil
	}
	c := &comparison{total: u.total, target: t, first: l, places: u.places(list), dim: u.dim}
	present := b.Present(list)
	if b.err != nil {
		return nil
	}
	return b.keep(u.name)(c.apply(u.vectors, present))
}

// Unpack returns a column that was made of what Compare returned, (batch*Length, 1), at the places of the list: (batch, Length),
// with zeros at those without an id.
func (u *Unpooled) Unpack(x *gorgonia.Node) *gorgonia.Node {
	if u.builder.err != nil {
		return nil
	}
	return u.builder.keep(u.name)(unpack(x))
}

// WeightedSums returns the embedding of every field, side by side in the order of the fields: (batch, fields*dim). That of each
// unpooled list is the sum of its vectors times their weights, of which each list has (batch, Length), in the order of the lists.
func (u *Unpooled) WeightedSums(weights ...*gorgonia.Node) *gorgonia.Node {
	b := u.builder
	if b.err != nil {
		return nil
	}
	if len(weights) != len(u.lists) {
		b.fail(u.name, errors.New("every list needs its weights"))
		return nil
	}
	s := &weightedSums{total: u.total, dim: u.dim}
	for i, list := range u.lists {
		if weights[i].Shape().TotalSize() != b.batch*u.places(list) {
			b.fail(u.name, fmt.Errorf("%v are no weights of %q", weights[i].Shape(), list))
			return nil
		}
		s.lists = append(s.lists, span{u.first[list], u.places(list)})
	}
	sums := b.keep(u.name)(s.apply(u.vectors, weights))
	return b.interleaved(u.name, sums, u.numbers, u.dim)
}
