package metrics

import "encoding/json"

// Epoch holds the figures of an epoch of training, or of an evaluation within it.
type Epoch struct {
	Epoch         int      // from 1
	Batches       int      // trained of the epoch before an evaluation within it; 0: the epoch has ended
	Steps         int      // of the run so far
	TrainLoss     float64  // mean of the batches' log losses, each before its step
	Test, Valid   *Figures // nil without such a part
	EmbeddingNorm float64  // Euclidean norm of all tables together, every row settled
	Diagnostics   *Diagnostics
	LearnRate     float64 // of the latest step; 0 if it has no schedule
	Seconds       float64 // spent in training, without evaluation
	Samples       int     // trained in this epoch
	Partial       bool    // the run was interrupted in this epoch
}

// SamplesPerSecond returns the speed of training; 0 if nothing was trained, or if the clock did not move meanwhile.
func (e Epoch) SamplesPerSecond() float64 {
	if e.Seconds <= 0 {
		return 0
	}
	return float64(e.Samples) / e.Seconds
}

// Whole counts the epochs of a history that have ended.
func Whole(history []Epoch) int {
	n := 0
	for i := range history {
		if history[i].Batches == 0 && !history[i].Partial {
			n++
		}
	}
	return n
}

// epochRecord is an Epoch in the history of a checkpoint. Partial epochs and diagnostics are not kept.
type epochRecord struct {
	Epoch         int      `json:"epoch"`
	Batches       int      `json:"batches,omitempty"`
	Steps         int      `json:"steps"`
	TrainLoss     number   `json:"train_loss"`
	Test          *Figures `json:"test,omitempty"`
	Valid         *Figures `json:"valid,omitempty"`
	EmbeddingNorm number   `json:"embedding_norm"`
	LearnRate     number   `json:"learning_rate,omitempty"`
	Seconds       number   `json:"seconds"`
	Samples       int      `json:"samples"`
}

// MarshalJSON writes an epoch as the history of a checkpoint has it.
func (e Epoch) MarshalJSON() ([]byte, error) {
	return json.Marshal(epochRecord{
		e.Epoch, e.Batches, e.Steps, number(e.TrainLoss), e.Test, e.Valid, number(e.EmbeddingNorm), number(e.LearnRate), number(e.Seconds), e.Samples,
	})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *Epoch) UnmarshalJSON(text []byte) error {
	var r epochRecord
	if err := json.Unmarshal(text, &r); err != nil {
		return err
	}
	*e = Epoch{
		Epoch: r.Epoch, Batches: r.Batches, Steps: r.Steps, TrainLoss: float64(r.TrainLoss), Test: r.Test, Valid: r.Valid,
		EmbeddingNorm: float64(r.EmbeddingNorm), LearnRate: float64(r.LearnRate), Seconds: float64(r.Seconds), Samples: r.Samples,
	}
	return nil
}
