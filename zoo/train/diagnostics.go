package train

import (
	"math"
	"strconv"
	"strings"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// deepTable is the name of the embedding that every model has.
const deepTable = "deep/table"

// diagnose measures the weights, whose rows must be settled.
func (t *Trainer) diagnose() *metrics.Diagnostics {
	d := &metrics.Diagnostics{}
	r := metrics.Rademacher{Layers: 1, Samples: t.frequencies.samples, Input: math.Sqrt(t.frequencies.inputNorm)}
	var squares float64 // of all embeddings
	for weight := range t.weights.All() {
		norm := math.Sqrt(sumSquares(weight.Values()))
		isDense := weight.Table == nil && !strings.HasSuffix(weight.Name, "/bias")
		if isDense {
			d.Layers = append(d.Layers, metrics.LayerNorm{Name: weight.Name, Norm: norm})
		}
		if isDense && strings.HasPrefix(weight.Name, "mlp/") {
			r.Layers *= norm
			r.NumberOfLayers++
		}
		if strings.HasPrefix(weight.Name, "deep/") {
			squares += norm * norm
		}
	}
	r.Embeddings = math.Sqrt(squares)
	r.Depth = math.Sqrt(2*math.Ln2*float64(r.NumberOfLayers)) + 1
	r.Bound = r.Layers * r.Embeddings * r.Depth * r.Input / float64(r.Samples)
	d.Rademacher = r
	if table := t.weights.Get(deepTable); table != nil {
		d.Fields, d.Buckets = t.groupRows(table.Table)
	}
	return d
}

// groupRows measures the rows of a table by field and by bucket.
func (t *Trainer) groupRows(table *graph.Table) (fields, divided []metrics.RowGroup) {
	f, byBucket := t.frequencies, make([]rowSums, 256)
	for i, field := range f.fields {
		if f.first[i] < 0 || field.Shares != "" {
			continue
		}
		group := rowSums{Name: field.Name}
		for row := f.first[i]; row < f.first[i]+field.Rows; row++ {
			one := t.oneRow(table, row)
			group.add(one)
			byBucket[t.buckets[row]].add(one)
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

// oneRow returns the sums of one row. A solver that is no solvers.Decaying has no decay.
func (t *Trainer) oneRow(table *graph.Table, row int) rowSums {
	group := rowSums{Rows: 1, Norm: sumSquares(table.Floats()[row*table.Dim() : (row+1)*table.Dim()])}
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
