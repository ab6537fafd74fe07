package zoo

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// DIN lets the target of a sample, such as the item that is shown, choose from a list, such as the items that the user has
// clicked: the embedding of the list is a sum of its vectors v_j, weighted by how an activation unit compares each with the
// target t. An MLP is over the embeddings of all fields.
//
//	e_list = sum over j of a_j v_j,  a_j = MLP([t; v_j; t - v_j; t * v_j])
//
// Lists and targets are fields that share rows. A list that is not attended to is pooled.
//
// Reference: Zhou et al., Deep Interest Network for Click-Through Rate Prediction, KDD 2018. The units are those of its figure
// 2. As in FuxiCTR, the comparison has the element-wise product where the figure has an outer one, and weights are not
// normalised unless Softmax asks for it, which leaves out the places without an id. Each list has an activation unit of its own
// over its own vectors, where the paper joins the vectors of item, shop and category. Dice normalises over places that have an
// id; FuxiCTR's counts padding, too.
type DIN struct {
	EmbeddingDim         int     `default:"16" range:"[1, inf)" help:"values in an embedding"`
	HiddenUnits          []int   `default:"200,80" range:"[1, inf)" help:"units of each hidden layer"`
	Dropout              float64 `range:"[0, 1)" help:"share of hidden values dropped in training"`
	AttentionHiddenUnits []int   `default:"36" range:"[1, inf)" help:"units of each hidden layer of the activation unit"`
	Activation           string  `default:"dice" range:"dice|prelu" help:"activation of hidden units"`
	Softmax              bool    `help:"the weights of a list add up to 1"`
	// HistoryFields and TargetFields are names, separated by commas, in the same order.
	HistoryFields string `help:"lists that are attended to; empty means all that share the rows of a categorical field, none means none"`
	TargetFields  string `help:"the field that each list is compared with; empty means the categorical field whose rows it shares"`
}

// interest is a list and its target.
type interest struct{ list, target string }

// Logit builds the graph.
func (m DIN) Logit(b *graph.Builder) *gorgonia.Node {
	pairs, err := m.interests(b)
	b.Fail("attention", err)
	lists := make([]string, len(pairs))
	for i, p := range pairs {
		lists[i] = p.list
	}
	e := b.EmbedUnpooled("deep", m.EmbeddingDim, lists...)
	weights := make([]*gorgonia.Node, len(pairs))
	for i, p := range pairs {
		weights[i] = m.unit(b, "attention/"+p.list, e, p)
	}
	return m.mlp(b, "mlp", e.WeightedSums(weights...), m.HiddenUnits, m.Dropout)
}

// unit returns the weights of a list's vectors.
func (m DIN) unit(b *graph.Builder, name string, e *graph.Unpooled, p interest) *gorgonia.Node {
	weights := e.Unpack(m.mlp(b, name, e.Compare(p.target, p.list), m.AttentionHiddenUnits, 0))
	if !m.Softmax {
		return weights
	}
	return b.Softmax(name, weights, b.Present(p.list))
}

// mlp returns hidden layers with the model's activation over x, and a linear output.
func (m DIN) mlp(b *graph.Builder, name string, x *gorgonia.Node, units []int, dropout float64) *gorgonia.Node {
	for i, n := range units {
		layer := fmt.Sprintf("%s/%d", name, i)
		x = b.Linear(layer, x, n, false)
		if m.Activation == "dice" {
			x = b.Dice(layer+"/dice", x)
		} else {
			x = b.PReLU(layer+"/prelu", x)
		}
		x = b.Dropout(layer, x, dropout)
	}
	return b.Linear(name+"/out", x, 1, false)
}

// interests finds the lists and their targets.
func (m DIN) interests(b *graph.Builder) ([]interest, error) {
	lists, targets := names(m.HistoryFields), names(m.TargetFields)
	switch {
	case m.HistoryFields == "none":
		return nil, nil
	case len(lists) == 0:
		if lists = sharingLists(b); len(lists) == 0 {
			return nil, errors.New("history_fields: no list shares the rows of a categorical field, which would be its target; none does without attention")
		}
	}
	if len(targets) > 0 && len(targets) != len(lists) {
		return nil, fmt.Errorf("target_fields: %d targets for %d lists (%s)", len(targets), len(lists), strings.Join(lists, ","))
	}
	pairs := make([]interest, len(lists))
	for i, list := range lists {
		f := b.FieldNamed(list)
		if f == nil || f.Kind != graph.List {
			return nil, fmt.Errorf("history_fields: %q is no list", list)
		}
		target := rowsOf(f)
		if len(targets) > 0 {
			target = targets[i]
		}
		t := b.FieldNamed(target)
		if t == nil || t.Kind != graph.Categorical || rowsOf(t) != rowsOf(f) {
			return nil, fmt.Errorf("target_fields: %q is no categorical field that shares its rows with the list %q", target, list)
		}
		pairs[i] = interest{list, target}
	}
	return pairs, nil
}

// rowsOf returns the name of the field whose rows a field has.
func rowsOf(f *graph.Field) string {
	if f.Shares != "" {
		return f.Shares
	}
	return f.Name
}

// sharingLists returns the lists that share the rows of a categorical field.
func sharingLists(b *graph.Builder) (lists []string) {
	for _, f := range b.FieldList() {
		if owner := b.FieldNamed(f.Shares); f.Kind == graph.List && owner != nil && owner.Kind == graph.Categorical {
			lists = append(lists, f.Name)
		}
	}
	return lists
}

// names divides a list of names.
func names(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

// About implements Described.
func (DIN) About() About {
	return About{Title: "the target attends to a list", Paper: "Zhou et al., KDD 2018", Family: Attention}
}

var _ Described = DIN{}
