package ui

import (
	"math"

	"github.com/ctrzoo/ctrzoo/zoo"
)

// record is what --json prints for each epoch.
type record struct {
	Model            string   `json:"model"`
	Solver           string   `json:"solver"`
	Epoch            int      `json:"epoch"`
	Steps            int      `json:"steps"`
	TrainLoss        *float64 `json:"train_loss"`
	TestAUC          *float64 `json:"test_auc,omitempty"`
	TestLogLoss      *float64 `json:"test_logloss,omitempty"`
	TestCalibration  *float64 `json:"test_calibration,omitempty"`
	ValidAUC         *float64 `json:"valid_auc,omitempty"`
	EmbeddingNorm    *float64 `json:"embedding_norm"`
	SamplesPerSecond float64  `json:"samples_per_second"`
	Seconds          float64  `json:"seconds"`
	BestPossibleAUC  float64  `json:"best_possible_auc,omitempty"`
	Partial          bool     `json:"partial,omitempty"`

	Diagnostics *zoo.Diagnostics `json:"diagnostics,omitempty"`
}

// Finite is a pointer to v, or nil, which JSON prints as null, if v is NaN or infinite.
func Finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func (r *Reporter) record(e zoo.Epoch) record {
	rec := record{
		Model: r.model, Solver: r.solver, Epoch: e.Epoch, Steps: e.Steps,
		TrainLoss: Finite(e.TrainLoss), EmbeddingNorm: Finite(e.EmbeddingNorm),
		SamplesPerSecond: e.SamplesPerSecond(), Seconds: e.Seconds,
		BestPossibleAUC: r.bestPossible, Partial: e.Partial, Diagnostics: e.Diagnostics,
	}
	if e.Test != nil {
		rec.TestAUC, rec.TestLogLoss, rec.TestCalibration = Finite(e.Test.AUC), Finite(e.Test.LogLoss), Finite(e.Test.Calibration)
	}
	if e.Valid != nil {
		rec.ValidAUC = Finite(e.Valid.AUC)
	}
	return rec
}
