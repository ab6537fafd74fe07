package zoo

import (
	"math"
	"strconv"
	"strings"

	"github.com/ctrzoo/ctrzoo/graph"
)

// Diagnostics are the quantities that the paper's explanation rests on, after an epoch, with every
// row settled.
type Diagnostics struct {
	Fields     []RowGroup  `json:"fields"`     // by field that has rows of its own
	Buckets    []RowGroup  `json:"buckets"`    // by frequency bucket over all divided fields, rarest first
	Layers     []LayerNorm `json:"layers"`     // dense weights, but for biases
	Rademacher Rademacher  `json:"rademacher"` // bound of the deep part
}

// RowGroup is some rows of the embedding of width EmbeddingDim ("deep/table").
type RowGroup struct {
	Name       string  `json:"name"`
	Rows       int     `json:"rows"`
	Norm       float64 `json:"norm"`        // Euclidean, of all rows together
	MeanLambda float64 `json:"mean_lambda"` // share of itself that a row would lose at the next step, averaged over rows
	ZeroShare  float64 `json:"zero_share"`  // share of rows that are all zeros
}

// LayerNorm is the Frobenius norm of a dense weight.
type LayerNorm struct {
	Name string  `json:"name"`
	Norm float64 `json:"norm"`
}

// Rademacher is the paper's bound of the empirical Rademacher complexity (equation 5),
//
//	1/T * prod_l M_F(l) * sqrt(sum_i M_Ei^2) * (sqrt(2 ln(2) L) + 1) * sqrt(sum_t sum_i ||x_i(t)||^2)
//
// of the MLP over the embeddings, the deep part of every model. M_F(l) is the Frobenius norm of the
// weights of layer l of L, M_Ei that of the embeddings of field i, T the number of training samples.
// The theorem has no biases, and knows nothing of a model's other parts.
type Rademacher struct {
	Bound          float64 `json:"bound"`
	Layers         float64 `json:"layers"`     // prod M_F(l)
	Embeddings     float64 `json:"embeddings"` // sqrt(sum M_Ei^2)
	Depth          float64 `json:"depth"`      // sqrt(2 ln(2) L) + 1
	Input          float64 `json:"input"`      // sqrt(sum ||x_i(t)||^2)
	Samples        int     `json:"samples"`    // T
	NumberOfLayers int     `json:"number_of_layers"`
}

// deepTable is the name of the embedding that every model has.
const deepTable = "deep/table"

// diagnose measures the weights, whose rows must be settled.
func (t *Trainer) diagnose() *Diagnostics {
	d := &Diagnostics{}
	r := Rademacher{Layers: 1, Samples: t.frequencies.samples, Input: math.Sqrt(t.frequencies.inputNorm)}
	var squares float64 // of all embeddings
	for weight := range t.weights.All() {
		norm := math.Sqrt(sumSquares(weight.Values()))
		isDense := weight.Table == nil && !strings.HasSuffix(weight.Name, "/bias")
		if isDense {
			d.Layers = append(d.Layers, LayerNorm{weight.Name, norm})
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
func (t *Trainer) groupRows(table *graph.Table) (fields, divided []RowGroup) {
	f, byBucket := t.frequencies, make([]RowGroup, 256)
	for i, field := range f.fields {
		if f.first[i] < 0 || field.Shares != "" {
			continue
		}
		group := RowGroup{Name: field.Name}
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

// oneRow is a group of one row that is not finished. A solver that does not tell its decay has none.
func (t *Trainer) oneRow(table *graph.Table, row int) RowGroup {
	group := RowGroup{Rows: 1, Norm: sumSquares(table.Floats()[row*table.Dim() : (row+1)*table.Dim()])}
	if group.Norm == 0 {
		group.ZeroShare = 1
	}
	if s, ok := t.solver.(interface {
		Lambda(*graph.Table, int) float64
	}); ok {
		group.MeanLambda = s.Lambda(table, row)
	}
	return group
}

// add sums a group that is not finished: squares for norms, sums for means.
func (g *RowGroup) add(o RowGroup) {
	g.Rows += o.Rows
	g.Norm += o.Norm
	g.MeanLambda += o.MeanLambda
	g.ZeroShare += o.ZeroShare
}

func (g RowGroup) finished() RowGroup {
	g.Norm = math.Sqrt(g.Norm)
	g.MeanLambda /= float64(g.Rows)
	g.ZeroShare /= float64(g.Rows)
	return g
}

func sumSquares(x []float32) float64 {
	var sum float64
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return sum
}
