package zoo

import (
	"cmp"
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// RankMixer is a stack of blocks over tokens, each of which exchanges parts of the tokens, without weights, and then has a
// feed-forward network for each token:
//
//	S = LayerNorm(mix(X) + X),  X' = LayerNorm(FFN_t(S) + S),  FFN_t(s) = W_t' GELU(W_t s + b_t) + b_t'
//
// A token is a projection of the embeddings of some fields that follow one another. The mean of the tokens goes into an MLP.
//
// Reference: Zhu et al., RankMixer: Scaling Up Ranking Models in Industrial Recommenders, CIKM 2025 (arXiv 2507.15551). The paper has 2
// blocks of 16 tokens of 768 values, which are groups of fields by their meaning; here they are of one size but for one field. Its sparse
// mixture of experts is not here, and its towers for several tasks are one MLP.
type RankMixer struct {
	EmbeddingDim int     `default:"16" range:"[1, inf)" help:"values in an embedding"`
	HiddenUnits  []int   `default:"128,64" range:"[1, inf)" help:"units of each hidden layer"`
	Dropout      float64 `range:"[0, 1)" help:"share of hidden values dropped in training"`
	Layers       int     `default:"2" range:"[1, 64]" help:"layers of the stack"`
	Tokens       int     `range:"[0, inf)" help:"tokens, at most one for each field; 0 means 8, or the number of fields"`
	TokenDim     int     `range:"[0, inf)" help:"values in a token, a multiple of the tokens; 0 means 8 times as many"`
	Expansion    int     `default:"2" range:"[1, inf)" help:"hidden units of a token's network for each of its values"`
}

// Logit builds the graph.
func (m RankMixer) Logit(b *graph.Builder) *gorgonia.Node {
	e := b.Embed("deep", m.EmbeddingDim)
	m.Tokens = cmp.Or(m.Tokens, min(8, b.Fields()))
	m.TokenDim = cmp.Or(m.TokenDim, 8*m.Tokens)
	x := m.tokens(b, e)
	for i := range m.Layers {
		x = m.block(b, fmt.Sprintf("block/%d", i), x)
	}
	return b.MLP("mlp", b.Carry(e, b.MeanVector("mean", x, m.TokenDim)), m.HiddenUnits, m.Dropout)
}

// tokens projects the fields to tokens.
func (m RankMixer) tokens(b *graph.Builder, e *gorgonia.Node) *gorgonia.Node {
	switch {
	case b.Err() != nil:
		return nil
	case m.Tokens > b.Fields():
		b.Fail("tokens", fmt.Errorf("tokens must be at most %d, the number of fields, got %d", b.Fields(), m.Tokens))
		return nil
	case m.TokenDim%m.Tokens != 0:
		b.Fail("tokens", fmt.Errorf("token_dim must be a multiple of tokens, %d, got %d", m.Tokens, m.TokenDim))
		return nil
	}
	tokens := make([]*gorgonia.Node, m.Tokens)
	for i := range tokens {
		name, from, to := fmt.Sprintf("token/%d", i), i*b.Fields()/m.Tokens, (i+1)*b.Fields()/m.Tokens
		part := b.Columns(name, e, from*m.EmbeddingDim, (to-from)*m.EmbeddingDim)
		tokens[i] = b.Linear(name, part, m.TokenDim, false)
	}
	return b.Concat(tokens...)
}

func (m RankMixer) block(b *graph.Builder, name string, x *gorgonia.Node) *gorgonia.Node {
	mixed := b.LayerNorm(name+"/mix", b.Sum(b.MixTokens(name, x, m.Tokens), x), m.TokenDim)
	hidden := b.GELU(b.GroupedLinear(name+"/0", mixed, m.Tokens, m.Expansion*m.TokenDim))
	out := b.GroupedLinear(name+"/1", hidden, m.Tokens, m.TokenDim)
	return b.LayerNorm(name+"/norm", b.Sum(out, mixed), m.TokenDim)
}

// About implements Described.
func (RankMixer) About() About {
	return About{Title: "stack of token mixing and a network for each token", Paper: "Zhu et al., CIKM 2025", Family: Stacks}
}

var _ Described = RankMixer{}
