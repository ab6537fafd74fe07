package graph

import (
	"errors"
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Embed returns the embedding of every field, side by side in the order of the fields: (batch, fields*dim).
// The embedding of a categorical field or a list comes from rows of the table name/table; that of a number
// is the number times its vector of name/numeric.
func (b *Builder) Embed(name string, dim int) *gorgonia.Node {
	e := b.embed(name, dim, RoleEmbedding)
	if b.err == nil {
		b.embeddings[e] = name
	}
	return e
}

func (b *Builder) embed(name string, dim int, role Role) *gorgonia.Node {
	rows, numbers := b.embedParts(name, dim, role, b.index, b.layout)
	return b.interleaved(name, rows, numbers, dim)
}

// embedParts returns the vectors of the fields with ids, by an index and its layout, and those of the numbers; nil where there are
// none.
func (b *Builder) embedParts(name string, dim int, role Role, index *gorgonia.Node, l *layout) (rows, numbers *gorgonia.Node) {
	if b.err != nil {
		return nil, nil
	}
	if dim < 1 {
		b.fail(name, fmt.Errorf("embedding_dim must be at least 1, got %d", dim))
		return nil, nil
	}
	m := mark{role: role, block: name}
	if b.ids != nil {
		if table := b.table(name+"/table", dim, m); table != nil {
			rows = b.keep(name)(lookup(table, index, l))
		}
	}
	if b.numbers != nil {
		init := fanIn(dim)
		if role == RoleWide {
			init = b.rowInit() // as those of the ids: one of up to 1 would outweigh all of them, and each logit begin far from 0
		}
		if vectors := b.weight(name+"/numeric", b.numbers.Shape()[1], dim, init, m); vectors != nil {
			numbers = b.keep(name)(ScaleRows(b.numbers, vectors))
		}
	}
	return rows, numbers
}

// interleaved returns the vectors of both parts in the order of the fields.
func (b *Builder) interleaved(name string, rows, numbers *gorgonia.Node, dim int) *gorgonia.Node {
	switch {
	case b.err != nil:
		return nil
	case numbers == nil:
		return rows
	case rows == nil:
		return numbers
	}
	return b.keep(name)(interleave(rows, numbers, b.numeric(), dim))
}

// numeric reports which fields are numbers.
func (b *Builder) numeric() []bool {
	is := make([]bool, len(b.fields))
	for i, f := range b.fields {
		is[i] = f.Kind == Numeric
	}
	return is
}

// interleave returns the vectors of two nodes in the order of the fields: those of second where fromSecond
// is set, those of first elsewhere.
func interleave(first, second *gorgonia.Node, fromSecond []bool, dim int) (*gorgonia.Node, error) {
	batch, width := first.Shape()[0], len(fromSecond)*dim
	widths := [2]int{first.Shape()[1], second.Shape()[1]}
	// move calls copyField with the place of every field's vector, for one sample of each part.
	move := func(copyField func(at, part, partAt int)) {
		var next [2]int
		for f, second := range fromSecond {
			part := 0
			if second {
				part = 1
			}
			copyField(f*dim, part, next[part])
			next[part] += dim
		}
	}
	forward := func(out []float32, in [][]float32) {
		move(func(at, part, partAt int) {
			copyColumns(out[at:], width, in[part][partAt:], widths[part], dim, batch)
		})
	}
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		var ns nodes
		for wanted := range in {
			ns.add(newDenseOp("interleave gradient", in[wanted].Shape().Clone(), 1, func(out []float32, g [][]float32) {
				move(func(at, part, partAt int) {
					if part == wanted {
						copyColumns(out[partAt:], widths[part], g[0][at:], width, dim, batch)
					}
				})
			}, nil).apply(grad))
		}
		return ns.done()
	}
	form := func(f Form, in []string) string {
		both := []string{reshaped(f, in[0], -1, widths[0]/dim, dim), reshaped(f, in[1], -1, widths[1]/dim, dim)}
		var places []int
		move(func(_, part, partAt int) { places = append(places, (part*widths[0]+partAt)/dim) })
		joined := f.Node("Concat", both, FormAttribute{"axis", 1})
		return reshaped(f, f.Node("Gather", []string{joined, f.Ints(places...)}, FormAttribute{"axis", 1}), -1, width)
	}
	return newDenseOp("interleave", tensor.Shape{batch, width}, 2, forward, diff).as(form).apply(first, second)
}

// Wide returns the linear part of a model over all fields: the sum of a weight for each id and of a weight
// times each number; (batch, 1), without a bias.
func (b *Builder) Wide(name string) *gorgonia.Node {
	x := b.embed(name, 1, RoleWide)
	if b.err != nil {
		return nil
	}
	return b.keep(name)(RowSums(x))
}

// Linear returns a fully connected layer of units outputs: weight and bias are name/weight (in, units) and
// name/bias (1, units).
func (b *Builder) Linear(name string, x *gorgonia.Node, units int, relu bool) *gorgonia.Node {
	return b.linear(name, x, units, relu, mark{role: RoleDense, block: name})
}

func (b *Builder) linear(name string, x *gorgonia.Node, units int, relu bool, m mark) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	in := x.Shape()[1]
	if units < 1 {
		b.fail(name, fmt.Errorf("units must be at least 1, got %d", units))
		return nil
	}
	weight := b.weight(name+"/weight", in, units, fanIn(in), m)
	bias := b.weight(name+"/bias", 1, units, fanIn(in), mark{role: RoleBias, block: m.block})
	if b.err != nil {
		return nil
	}
	return b.keep(name)(Linear(x, weight, bias, relu))
}

// MLP returns hidden layers with ReLU, each followed by dropout, and one linear output: (batch, 1).
func (b *Builder) MLP(name string, x *gorgonia.Node, hidden []int, dropout float64) *gorgonia.Node {
	m := mark{role: RoleDense, block: name, over: b.embeddings[x]}
	return b.linear(name+"/out", b.hidden(name, x, hidden, dropout, m), 1, false, m)
}

// Hidden returns the hidden layers of an MLP, without its output: (batch, units of the last one).
func (b *Builder) Hidden(name string, x *gorgonia.Node, hidden []int, dropout float64) *gorgonia.Node {
	return b.hidden(name, x, hidden, dropout, mark{role: RoleDense, block: name})
}

func (b *Builder) hidden(name string, x *gorgonia.Node, hidden []int, dropout float64, m mark) *gorgonia.Node {
	for i, units := range hidden {
		layer := fmt.Sprintf("%s/%d", name, i)
		x = b.Dropout(layer, b.linear(layer, x, units, true, m), dropout)
	}
	return x
}

// Dropout drops values while the graph trains; a rate of 0 adds nothing to the graph.
func (b *Builder) Dropout(name string, x *gorgonia.Node, rate float64) *gorgonia.Node {
	if b.err != nil || rate == 0 {
		return x
	}
	if b.Dropouts == nil && rate > 0 && rate < 1 {
		b.fail(name, errors.New("dropout needs a generator"))
		return nil
	}
	return b.keep(name)(Dropout(x, rate, b.Mode, b.Dropouts))
}

// Sum returns the sum of nodes of one shape.
func (b *Builder) Sum(xs ...*gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.keep("sum")(Add(xs...))
}

// Mean returns the mean of nodes of one shape.
func (b *Builder) Mean(xs ...*gorgonia.Node) *gorgonia.Node {
	sum := b.Sum(xs...)
	if b.err != nil {
		return nil
	}
	return b.keep("mean")(Scaled(sum, 1/float32(len(xs))))
}

// Concat returns nodes side by side.
func (b *Builder) Concat(xs ...*gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.keep("concat")(Concat(xs...))
}

// LogLoss returns the mean log loss of the logits over the real samples of the batch.
func (b *Builder) LogLoss(logits *gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.keep("loss")(LogLoss(logits, b.labels, b.sampleWeights))
}

// Teach lets the student logits learn from the teacher's: the log loss of the student against the teacher's probabilities, which
// get no gradient, is added to what is minimised, but not to the loss that is reported.
func (b *Builder) Teach(teacher, student *gorgonia.Node) {
	if b.err != nil {
		return
	}
	soft := b.keep("teach")(Probabilities(teacher))
	if b.err != nil {
		return
	}
	b.auxiliary = append(b.auxiliary, b.keep("teach")(LogLoss(student, soft, b.sampleWeights)))
}

// Cost returns what a solver minimises: the loss, and what Teach adds.
func (b *Builder) Cost(loss *gorgonia.Node) *gorgonia.Node {
	for _, more := range b.auxiliary {
		if b.err == nil {
			loss = b.keep("cost")(gorgonia.Add(loss, more))
		}
	}
	return loss
}
