package metrics

// Diagnostics are the quantities that the paper's explanation rests on, after an epoch, with every
// row settled.
type Diagnostics struct {
	Fields     []RowGroup  `json:"fields"`               // by field that has rows of its own
	Buckets    []RowGroup  `json:"buckets"`              // by frequency bucket over all divided fields, rarest first
	Layers     []LayerNorm `json:"layers"`               // dense weights, but for biases
	Rademacher *Rademacher `json:"rademacher,omitempty"` // bound of the deep part; nil if the model has not one
}

// RowGroup is some rows of the embedding that feeds the deep part, or of the only one of the model.
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
// of the deep part of a model: the one MLP that graph.Builder.MLP makes over an embedding of
// graph.Builder.Embed. M_F(l) is the Frobenius norm of the weights of layer l of L, M_Ei that of the
// embeddings of field i, T the number of training samples. The theorem has no biases, and knows nothing of a
// model's other parts, nor of blocks between the embedding and the MLP (see graph.Builder.Carry), which WuKong
// has. Without such an MLP, or with several, there is no bound.
type Rademacher struct {
	Bound          float64 `json:"bound"`
	Layers         float64 `json:"layers"`     // prod M_F(l)
	Embeddings     float64 `json:"embeddings"` // sqrt(sum M_Ei^2)
	Depth          float64 `json:"depth"`      // sqrt(2 ln(2) L) + 1
	Input          float64 `json:"input"`      // sqrt(sum ||x_i(t)||^2)
	Samples        int     `json:"samples"`    // T
	NumberOfLayers int     `json:"number_of_layers"`
}
