package zoo

import (
	"reflect"
	"strings"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// Model is a click-through-rate model: a struct of hyper-parameters, and how its logit is built from them. A pointer
// to such a struct is a Model, too.
type Model interface {
	// Logit builds the graph from the inputs of b to the logit (batch, 1). Build calls it, with every default in its
	// place. Errors stay in b.
	Logit(b *graph.Builder) *gorgonia.Node
}

// About says where a model comes from.
type About struct {
	Title  string // one line: what the model is
	Paper  string // authors, venue and year
	Family Family
}

// Family says how a model lets fields interact, for lists of models.
type Family string

// The families, in the order of lists.
const (
	FirstOrder   Family = "first order" // a weight for each id
	Deep         Family = "deep"        // an MLP over the embeddings
	Interactions Family = "interactions"
	Attention    Family = "attention"
	Stacks       Family = "stacks" // of blocks that make embeddings of embeddings
)

// Families lists them. A model of one's own may have another, or none.
func Families() []Family { return []Family{FirstOrder, Deep, Interactions, Attention, Stacks} }

// Described is a Model that says where it comes from, for lists of models.
type Described interface {
	Model
	About() About
}

// Build completes the hyper-parameters of a model (see Complete) and builds its logit (batch, 1). Errors stay in b.
func Build(m Model, b *graph.Builder) *gorgonia.Node {
	complete, err := Complete(m)
	if err != nil {
		b.Fail("hyper-parameters", err)
		return nil
	}
	return complete.Logit(b)
}

// NameOf returns the name of a model in the catalog: that of its type, in lower case.
func NameOf(m Model) string { return strings.ToLower(structType(m).Name()) }

// structType returns the type of the struct that a model is or points to.
func structType(m Model) reflect.Type {
	t := reflect.TypeOf(m)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}
