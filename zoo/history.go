package zoo

import (
	"encoding/json"
	"math"
	"strconv"
)

// number is a float64 that JSON can hold: NaN and infinities are text.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	if v := float64(n); math.IsNaN(v) || math.IsInf(v, 0) {
		return json.Marshal(strconv.FormatFloat(v, 'g', -1, 64))
	}
	return json.Marshal(float64(n))
}

func (n *number) UnmarshalJSON(text []byte) error {
	if s, err := strconv.Unquote(string(text)); err == nil {
		v, err := strconv.ParseFloat(s, 64)
		*n = number(v)
		return err
	}
	return json.Unmarshal(text, (*float64)(n))
}

// epochRecord is an Epoch as a checkpoint keeps it.
type epochRecord struct {
	Epoch         int            `json:"epoch"`
	Steps         int            `json:"steps"`
	TrainLoss     number         `json:"train_loss"`
	Test          *metricsRecord `json:"test,omitempty"`
	Valid         *metricsRecord `json:"valid,omitempty"`
	EmbeddingNorm number         `json:"embedding_norm"`
	Seconds       number         `json:"seconds"`
	Samples       int            `json:"samples"`
}

type metricsRecord struct {
	Samples     int    `json:"samples"`
	Positives   int    `json:"positives"`
	AUC         number `json:"auc"`
	LogLoss     number `json:"logloss"`
	Calibration number `json:"calibration"`
}

func recordEpochs(history []Epoch) []epochRecord {
	list := make([]epochRecord, len(history))
	for i, e := range history {
		list[i] = epochRecord{
			e.Epoch, e.Steps, number(e.TrainLoss), recordMetrics(e.Test), recordMetrics(e.Valid),
			number(e.EmbeddingNorm), number(e.Seconds), e.Samples,
		}
	}
	return list
}

func recordMetrics(m *Metrics) *metricsRecord {
	if m == nil {
		return nil
	}
	return &metricsRecord{m.Samples, m.Positives, number(m.AUC), number(m.LogLoss), number(m.Calibration)}
}

func epochsOf(records []epochRecord) []Epoch {
	var history []Epoch
	for _, r := range records {
		history = append(history, Epoch{
			Epoch: r.Epoch, Steps: r.Steps, TrainLoss: float64(r.TrainLoss), Test: r.Test.metrics(), Valid: r.Valid.metrics(),
			EmbeddingNorm: float64(r.EmbeddingNorm), Seconds: float64(r.Seconds), Samples: r.Samples,
		})
	}
	return history
}

func (r *metricsRecord) metrics() *Metrics {
	if r == nil {
		return nil
	}
	return &Metrics{r.Samples, r.Positives, float64(r.AUC), float64(r.LogLoss), float64(r.Calibration)}
}
