package graph

import "gorgonia.org/gorgonia"

// Role says what made a weight.
type Role uint8

const (
	RoleOther       Role = iota // nothing that is listed here, for example Builder.Weight
	RoleEmbedding               // Embed: the table of rows, or the vectors of numbers
	RoleWide                    // Wide: the same, of width 1
	RoleDense                   // Linear or MLP: the weight of a fully connected layer
	RoleBias                    // a bias of Linear, MLP, FMB, LayerNorm or BatchNorm
	RoleGain                    // LayerNorm or BatchNorm: its gain; PReLU or Dice: its slope
	RoleInteraction             // CIN, FMB or LCB: what weights products of embeddings, or combines them
	RoleStatistic               // BatchNorm: a running mean or variance, which no solver changes
)

// mark is what a Builder knows of a weight that it makes.
type mark struct {
	role        Role
	block, over string // see Weight
}

// Carry declares that blocks have made the vectors x of the embedding e, and returns x: an MLP over x then
// counts as one over e. WuKong is a stack of such blocks.
func (b *Builder) Carry(e, x *gorgonia.Node) *gorgonia.Node {
	if name, isEmbedding := b.embeddings[e]; isEmbedding && b.err == nil {
		b.embeddings[x] = name
	}
	return x
}
