package zoo

import (
	"errors"
	"fmt"
	"time"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// ErrNonFinite is wrapped by the error of a loss, a gradient or a prediction that is NaN or infinite.
var ErrNonFinite = errors.New("not finite")

// CheckFinite looks at the loss and the gradients of the last run of a training network. If one is not finite, the error
// wraps ErrNonFinite and names the layer in which it begins.
func (n *Network) CheckFinite() error {
	what, err := n.nonFinite()
	if what == "" || err != nil {
		return err
	}
	where := "it begins in " + n.machine.FirstNonFinite()
	for i, logit := range n.Logits() {
		if logit-logit != 0 {
			where += fmt.Sprintf(", sample %d of the batch", i)
			break
		}
	}
	return fmt.Errorf("%w: %s; %s", ErrNonFinite, what, where)
}

// nonFinite names the first of the loss and the gradients that is not finite; "" if all are.
func (n *Network) nonFinite() (string, error) {
	if !graph.AllFinite(n.loss.Value()) {
		return fmt.Sprintf("the loss is %v", n.Loss()), nil
	}
	for _, weight := range n.Learnables() {
		grad, err := weight.Grad()
		if err != nil {
			return "", err
		}
		if !graph.AllFinite(grad) {
			return "the gradient of " + weight.Name(), nil
		}
	}
	return "", nil
}

// LossNode returns the node of the loss, from which the operations of the forward pass can be found.
func (n *Network) LossNode() *gorgonia.Node { return n.loss }

// Flops returns the floating-point operations of the matrix products of a run.
func (n *Network) Flops() int { return n.machine.Flops() }

// Observe calls observe after each operation of a run with how long it took. nil ends that.
func (n *Network) Observe(observe func(n *gorgonia.Node, took time.Duration)) {
	n.machine.Observe = observe
}
