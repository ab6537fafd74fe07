package zoo

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// MaskNet multiplies what a layer sees by a mask that an MLP makes of the embeddings V of the sample:
//
//	mask(V) = W_2 ReLU(W_1 V + b_1) + b_2
//	block(V, x) = ReLU(LayerNorm(W (mask(V) * x) + b))
//
// The blocks are in series, each over the one before and the first over LayerNorm(V), with a linear output; or, with ParallelBlocks,
// all are over LayerNorm(V), and an MLP is over them side by side.
//
// Reference: Wang, She and Zhang, MaskNet: Introducing Feature-Wise Multiplication to CTR Ranking Models by Instance-Guided
// Mask, DLP-KDD 2021. The reduction ratio is the paper's; number and size of blocks it searches. All fields share the gain and
// the bias of LayerNorm(V), whereas FuxiCTR has a pair for each; FuxiCTR's serial form has blocks of different sizes. The bias b
// is not in the paper: without it embeddings that begin at zero, as those of the paper of AdamAR do, would stay there.
type MaskNet struct {
	EmbeddingDim   int     `default:"16" range:"[1, inf)" help:"values in an embedding"`
	ParallelBlocks bool    `help:"blocks side by side under an MLP, instead of one after another"`
	Blocks         int     `default:"3" range:"[1, 64]" help:"number of mask blocks"`
	BlockUnits     int     `default:"64" range:"[1, inf)" help:"values that a mask block makes"`
	ReductionRatio float64 `default:"2" range:"(0, 1000]" help:"hidden units of a mask, as a multiple of what it masks"`
	HiddenUnits    []int   `default:"128,64" range:"[1, inf)" help:"units of each hidden layer"`
	Dropout        float64 `range:"[0, 1)" help:"share of hidden values dropped in training"`
}

// Logit builds the graph.
func (m MaskNet) Logit(b *graph.Builder) *gorgonia.Node {
	v := b.Embed("deep", m.EmbeddingDim)
	normal := b.LayerNorm("norm", v, m.EmbeddingDim)
	if m.ParallelBlocks {
		var blocks []*gorgonia.Node
		for i := range m.Blocks {
			blocks = append(blocks, m.block(b, fmt.Sprintf("block/%d", i), v, normal))
		}
		return b.MLP("mlp", b.Concat(blocks...), m.HiddenUnits, m.Dropout)
	}
	x := normal
	for i := range m.Blocks {
		x = m.block(b, fmt.Sprintf("block/%d", i), v, x)
	}
	return b.Linear("out", x, 1, false)
}

// block masks x and makes BlockUnits values of it.
func (m MaskNet) block(b *graph.Builder, name string, v, x *gorgonia.Node) *gorgonia.Node {
	if b.Err() != nil {
		return nil
	}
	width := x.Shape()[1]
	hidden := b.Linear(name+"/mask/0", v, max(1, int(m.ReductionRatio*float64(width))), true)
	mask := b.Linear(name+"/mask/1", hidden, width, false)
	h := b.Linear(name+"/hidden", b.Product(mask, x), m.BlockUnits, false)
	return b.Dropout(name, b.ReLU(b.LayerNorm(name+"/norm", h, m.BlockUnits)), m.Dropout)
}

// About implements Described.
func (MaskNet) About() About {
	return About{Title: "instance-guided masks, in series or in parallel", Paper: "Wang et al., DLP-KDD 2021", Family: Attention}
}

var _ Described = MaskNet{}
