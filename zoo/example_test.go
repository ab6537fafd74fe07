package zoo_test

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"gorgonia.org/gorgonia"
)

// MyFM is a factorization machine of second order: a model of one's own, in one file. The tags of its field give default,
// range and help; its name is that of the type, "myfm".
type MyFM struct {
	EmbeddingDim int `default:"8" range:"[1, inf)" help:"values in an embedding"`
}

// Logit builds the graph: a linear part, and the sum of the products of all pairs of embeddings.
func (m MyFM) Logit(b *graph.Builder) *gorgonia.Node {
	e := b.Embed("deep", m.EmbeddingDim)
	return b.Sum(b.Wide("wide"), pairs(b, "pairs", e, m.EmbeddingDim))
}

// pairs is a block of one's own.
func pairs(b *graph.Builder, name string, e *gorgonia.Node, dim int) *gorgonia.Node {
	if b.Err() != nil { // an error of an earlier block: e is nil
		return nil
	}
	out, err := pairProducts(e, dim)
	b.Fail(name, err) // nil is no failure
	return out
}

// A model of one's own is found by its name, with its hyper-parameters.
func ExampleNewCatalog() {
	catalog, err := zoo.NewCatalog(MyFM{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fm, err := catalog.New("myfm", zoo.Settings{{Name: "embedding_dim", Value: 4}})
	fmt.Printf("%+v %v\n", fm, err)
	entry, err := catalog.Find("myfm")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, h := range entry.Hyperparameters {
		fmt.Printf("--%s %s, %s, %s\n", h.Name, h.DefaultText(), h.Range, h.Help)
	}
	_, err = catalog.New("myfm", zoo.Settings{{Name: "embedding_dim", Value: -1}})
	fmt.Println(err)
	// Output:
	// {EmbeddingDim:4} <nil>
	// --embedding_dim 8, [1, inf), values in an embedding
	// bad hyper-parameter: zoo_test.MyFM.EmbeddingDim: embedding_dim must be at least 1, got -1
}
