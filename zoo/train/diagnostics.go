package train

import (
	"math"
	"strconv"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// diagnose measures the weights, whose rows must be settled.
func (t *Trainer) diagnose() *metrics.Diagnostics {
	d := &metrics.Diagnostics{}
	for weight := range t.weights.All() {
		if weight.Table == nil && weight.Role != graph.RoleBias && weight.Role != graph.RoleStatistic {
			d.Layers = append(d.Layers, metrics.LayerNorm{Name: weight.Name, Norm: normOf(weight)})
		}
	}
	deep, over := t.deepPart()
	if deep != "" {
		d.Rademacher = t.rademacher(deep, over)
	}
	if table := t.embedding(over); table != nil {
		d.Fields, d.Buckets = t.groupRows(table)
	}
	return d
}

// deepPart returns the name of the one MLP that an embedding feeds, and the name of that embedding. Both are
// "" if there is no such MLP, or more than one.
func (t *Trainer) deepPart() (mlp, over string) {
	for weight := range t.weights.All() {
		if weight.Over == "" || weight.Block == mlp {
			continue
		}
		if mlp != "" {
			return "", ""
		}
		mlp, over = weight.Block, weight.Over
	}
	return mlp, over
}

// rademacher computes the bound of an MLP over an embedding.
func (t *Trainer) rademacher(mlp, over string) *metrics.Rademacher {
	r := &metrics.Rademacher{Layers: 1, Samples: t.frequencies.samples, Input: math.Sqrt(t.frequencies.inputNorm)}
	var squares float64 // of all embeddings
	for weight := range t.weights.All() {
		norm := normOf(weight)
		if weight.Role == graph.RoleDense && weight.Block == mlp {
			r.Layers *= norm
			r.NumberOfLayers++
		}
		if weight.Role == graph.RoleEmbedding && weight.Block == over {
			squares += norm * norm
		}
	}
	r.Embeddings = math.Sqrt(squares)
	r.Depth = math.Sqrt(2*math.Ln2*float64(r.NumberOfLayers)) + 1
	r.Bound = r.Layers * r.Embeddings * r.Depth * r.Input / float64(r.Samples)
	return r
}

// normOf returns the Frobenius norm of a weight.
func normOf(w *graph.Weight) float64 { return math.Sqrt(squaresOf(w)) }

// squaresOf returns the sum of the squares of a weight's values.
func squaresOf(w *graph.Weight) (sum float64) {
	if w.Table == nil {
		return sumSquares(w.Values())
	}
	for _, values := range w.Table.Chunks(0, w.Table.Rows()) {
		sum += sumSquares(values)
	}
	return sum
}

// embedding returns the table of the embedding of a name; with the name "" that of the only embedding, or nil
// if there is more than one.
func (t *Trainer) embedding(name string) *graph.Table {
	var found *graph.Table
	for weight := range t.weights.All() {
		if weight.Table == nil || weight.Role != graph.RoleEmbedding || name != "" && weight.Block != name {
			continue
		}
		if found != nil {
			return nil
		}
		found = weight.Table
	}
	return found
}

// groupRows measures the rows of a table by field and by bucket.
func (t *Trainer) groupRows(table *graph.Table) (fields, divided []metrics.RowGroup) {
	f, byBucket := t.frequencies, make([]rowSums, 256)
	for i, field := range f.fields {
		if f.first[i] < 0 || field.Shares != "" {
			continue
		}
		group := rowSums{Name: field.Name}
		for from, values := range table.Chunks(f.first[i], f.first[i]+field.Rows) {
			for j := range len(values) / table.Dim() {
				one := t.oneRow(table, from+j, values[j*table.Dim():(j+1)*table.Dim()])
				group.add(one)
				byBucket[t.buckets[from+j]].add(one)
			}
		}
		fields = append(fields, group.finished())
	}
	for bucket, group := range byBucket {
		if bucket > 0 && group.Rows > 0 {
			group.Name = strconv.Itoa(bucket)
			divided = append(divided, group.finished())
		}
	}
	return fields, divided
}

// rowSums is a metrics.RowGroup in the making: it has squares for norms, and sums for means.
type rowSums metrics.RowGroup

// oneRow returns the sums of one row of such values. A solver that is no solvers.Decaying has no decay.
func (t *Trainer) oneRow(table *graph.Table, row int, values []float32) rowSums {
	group := rowSums{Rows: 1, Norm: sumSquares(values)}
	if group.Norm == 0 {
		group.ZeroShare = 1
	}
	if s, ok := solvers.As[solvers.Decaying](t.solver); ok {
		group.MeanLambda = s.Lambda(table, row)
	}
	return group
}

func (g *rowSums) add(o rowSums) {
	g.Rows += o.Rows
	g.Norm += o.Norm
	g.MeanLambda += o.MeanLambda
	g.ZeroShare += o.ZeroShare
}

func (g rowSums) finished() metrics.RowGroup {
	g.Norm = math.Sqrt(g.Norm)
	g.MeanLambda /= float64(g.Rows)
	g.ZeroShare /= float64(g.Rows)
	return metrics.RowGroup(g)
}

func sumSquares(x []float32) float64 {
	var sum float64
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return sum
}
