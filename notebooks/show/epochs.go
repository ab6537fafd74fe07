package show

import "github.com/ctrzoo/ctrzoo/zoo/metrics"

// Epochs is a table of the epochs of a run. Its test columns are empty if the run had no test part.
func Epochs(history []metrics.Epoch) *Table {
	t := NewTable("epoch", "steps", "train loss", "test loss", "test AUC", "embedding norm")
	for _, e := range history {
		if e.Test == nil {
			t.Row(e.Epoch, e.Steps, e.TrainLoss, "", "", e.EmbeddingNorm)
			continue
		}
		t.Row(e.Epoch, e.Steps, e.TrainLoss, e.Test.LogLoss(), e.Test.AUC(), e.EmbeddingNorm)
	}
	return t
}
