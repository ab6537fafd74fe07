package zoo

import (
	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// LR is logistic regression: a weight for each id and for each number, and a bias:
//
//	y = sigmoid(w_0 + sum_i w_i x_i)
//
// It has no embeddings: what shrinks under AdamAR is the table of weights, of one value a row.
//
// Reference: Richardson, Dominowska and Ragno, Predicting Clicks: Estimating the Click-Through Rate for New Ads, WWW 2007.
// It has features made by hand where the fields are here. FuxiCTR's is the same.
type LR struct{}

// Logit builds the graph.
func (LR) Logit(b *graph.Builder) *gorgonia.Node { return b.Bias("lr", b.Wide("wide")) }

// About implements Described.
func (LR) About() About {
	return About{Title: "logistic regression", Paper: "Richardson et al., WWW 2007", Family: FirstOrder}
}

var _ Described = LR{}
