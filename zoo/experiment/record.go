package experiment

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"

	"github.com/ctrzoo/ctrzoo/datasets/ablate"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// Settings make a run again, given its data.
type Settings struct {
	Data            string       `json:"data"`
	DataHash        string       `json:"data_hash"` // of all parts, see HashSet
	Model           string       `json:"model"`
	Hyperparameters zoo.Settings `json:"hyperparameters"`
	candidate
	Seed        uint64 `json:"seed"`
	BatchSize   int    `json:"batch_size"`
	Epochs      int    `json:"epochs"`
	CurvePoints int    `json:"curve_points,omitempty"`
	// Patience is after how many epochs that are no better by the AUC of the validation part the run ends; 0: never.
	Patience int `json:"patience,omitempty"`
	// EmbeddingInit is how embeddings start, as graph.ParseInitializer reads it; "": by the default of train.Run.
	EmbeddingInit string `json:"embedding_init,omitempty"`
	// BucketField is the field that is divided into frequency buckets; "": all.
	BucketField string `json:"bucket_field,omitempty"`
	// Ablation is what is left out of the data. DataHash is of what remains.
	Ablation ablate.Ablation `json:"ablation,omitzero"`
}

// DataLabel names the data set and what is left out of it.
func (s *Settings) DataLabel() string { return s.Ablation.Label(s.Data) }

// initializer returns that of embeddings; nil for the default.
func (s *Settings) initializer() (graph.Initializer, error) {
	if s.EmbeddingInit == "" {
		return nil, nil
	}
	return graph.ParseInitializer(s.EmbeddingInit)
}

// Key tells runs apart: the start of the SHA-256 of the settings as JSON.
func (s *Settings) Key() string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // the settings of a grid that was checked are finite
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// Record is a finished run.
type Record struct {
	Key    string `json:"key"`
	Grid   string `json:"grid"`   // its title
	Method string `json:"method"` // its name in the grid
	// MethodPlace is the place of the method among those of the grid, from 0. Runs side by side end in any order.
	MethodPlace int `json:"method_place,omitempty"`
	Settings
	Version string  `json:"version"` // of the module, as the build knows it
	Kernel  string  `json:"kernel"`
	Results []Epoch `json:"results"`
	Curve   []Point `json:"curve,omitempty"`
	// Rows are the samples of each part: train, valid and test. Nil in records of older versions.
	Rows map[string]int `json:"rows,omitempty"`
	// At the last epoch, on the test part:
	RareField   string   `json:"rare_field"` // BucketField, or the field with the most rows
	BucketAUC   []Figure `json:"bucket_auc"` // by frequency bucket of its value, 0 is unseen
	Calibration []Bin    `json:"calibration"`
	// Seconds spent in training. Unlike everything else it differs when the run is made again.
	Seconds float64 `json:"seconds"`
}

// Epoch is what a record keeps of an epoch.
type Epoch struct {
	TrainLoss     Figure             `json:"train_loss"`
	ValidAUC      Figure             `json:"valid_auc"`
	ValidLogLoss  Figure             `json:"valid_logloss"`
	TestAUC       Figure             `json:"test_auc"`
	TestLogLoss   Figure             `json:"test_logloss"`
	Calibration   Figure             `json:"test_calibration"`
	EmbeddingNorm Figure             `json:"embedding_norm"`
	Rademacher    Figure             `json:"rademacher"`
	Buckets       []metrics.RowGroup `json:"buckets"` // norm and mean lambda by frequency bucket
	// Metrics are those of the test part besides the ones above.
	Metrics map[string]Figure `json:"metrics,omitempty"`
}

// UnmarshalJSON reads an epoch. Records of older versions lack the log loss of the validation part, which then is NaN.
func (e *Epoch) UnmarshalJSON(text []byte) error {
	type plain Epoch
	p := plain{ValidLogLoss: Figure(math.NaN())}
	err := json.Unmarshal(text, &p)
	*e = Epoch(p)
	return err
}

// Point is a point of a learning curve.
type Point struct {
	Step      int    `json:"step"`
	TrainLoss Figure `json:"train_loss"` // mean since the point before
	TestAUC   Figure `json:"test_auc"`
}

// Bin is a tenth of the test samples, by prediction.
type Bin struct {
	Prediction float64 `json:"prediction"` // mean
	Label      float64 `json:"label"`      // mean
}

// Figure is a number that JSON writes as null if it is NaN or infinite.
type Figure float64

// MarshalJSON implements json.Marshaler.
func (f Figure) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(f))
}

// UnmarshalJSON implements json.Unmarshaler.
func (f *Figure) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*f = Figure(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(f))
}

// Best returns the result after the epoch with the highest AUC of the validation part, the first of equals; without a
// validation part, the result after the last one.
func (r *Record) Best() Epoch {
	return r.Results[r.BestEpoch()-1]
}

// BestEpoch returns the number of the epoch of Best, from 1; without a validation part, the last.
func (r *Record) BestEpoch() int {
	best, known := 0, false
	for i, e := range r.Results {
		if !math.IsNaN(float64(e.ValidAUC)) && (!known || e.ValidAUC > r.Results[best].ValidAUC) {
			best, known = i, true
		}
	}
	if !known {
		return len(r.Results)
	}
	return best + 1
}

// Score is the validation AUC by which a grid chooses among candidates: after the last epoch, or, where a run may stop early,
// after the best one.
func (r *Record) Score() Figure {
	if r.Patience > 0 {
		return r.Best().ValidAUC
	}
	return r.Last().ValidAUC
}

// Last returns the result after the last epoch.
func (r *Record) Last() Epoch { return r.Results[len(r.Results)-1] }
