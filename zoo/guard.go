package zoo

import (
	"errors"
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph"
)

// ErrNonFinite is wrapped by the error of a run that came to a loss or a gradient that is NaN or
// infinite. The run stops before the step: weights and checkpoints are as they were. So is the error of
// a prediction that is NaN.
var ErrNonFinite = errors.New("not finite")

// checkFinite looks at the loss and the gradients of the last run of the network.
func (t *Trainer) checkFinite() error {
	var what string
	if !graph.AllFinite(t.network.loss.Value()) {
		what = fmt.Sprintf("the loss is %v", t.network.Loss())
	}
	for i, n := range t.model {
		if what != "" {
			break
		}
		grad, err := n.Grad()
		if err != nil {
			return err
		}
		if !graph.AllFinite(grad) {
			what = "the gradient of " + t.network.Learnables()[i].Name()
		}
	}
	if what == "" {
		return nil
	}
	where := "it begins in " + t.network.machine.FirstNonFinite()
	for i, logit := range t.network.Logits() {
		if logit-logit != 0 {
			where += fmt.Sprintf(", sample %d of the batch", i)
			break
		}
	}
	return fmt.Errorf("%w: %s; %s", ErrNonFinite, what, where)
}
