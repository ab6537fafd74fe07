package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
)

// kernelTolerance is by how much, relative to 1 or to its size, a figure may differ when a run is
// made again with another kernel: its sums are rounded in another order, and training amplifies that.
const kernelTolerance = 0.02

// Verify makes a recorded run again and compares every figure. With the kernel of the record they
// must be equal; with another within 0.02, relative where they are above 1. It returns what differs,
// each with its name; nothing if the record is verified. The error of a record in a precision that is not available wraps
// kernel.ErrUnavailable. c has the model and the solver that the record names.
func Verify(ctx context.Context, r *Record, set *datasets.Set, c Catalogs) ([]string, error) {
	if ctx == nil || r == nil || set == nil {
		return nil, errors.New("experiment: no context, no record or no data")
	}
	d, err := prepare(ctx, r.Data, set, &r.Ablation, r.BucketField)
	if err != nil {
		return nil, err
	}
	if d.hash != r.DataHash {
		return []string{fmt.Sprintf("data_hash: recorded %s, is %s: this is other data", r.DataHash, d.hash)}, nil
	}
	again, _, err := perform(ctx, r.Settings, d, &c, nil)
	if err != nil {
		return nil, err
	}
	for i := range min(len(r.Results), len(again.Results)) {
		if math.IsNaN(float64(r.Results[i].ValidLogLoss)) { // a record of an older version
			again.Results[i].ValidLogLoss = r.Results[i].ValidLogLoss
		}
	}
	tolerance := 0.0
	if r.Kernel != kernel.Name() {
		tolerance = kernelTolerance
	}
	var differences []string
	compareFigures("", figuresOf(r), figuresOf(again), tolerance, &differences)
	return differences, nil
}

// figuresOf are the figures of a record as JSON has them.
func figuresOf(r *Record) any {
	text, err := json.Marshal(struct {
		Results     []Epoch  `json:"results"`
		Curve       []Point  `json:"curve"`
		BucketAUC   []Figure `json:"bucket_auc"`
		Calibration []Bin    `json:"calibration"`
	}{r.Results, r.Curve, r.BucketAUC, r.Calibration})
	var value any
	if err == nil {
		err = json.Unmarshal(text, &value)
	}
	if err != nil {
		panic(err) // a record was read from JSON, or is about to be written
	}
	return value
}

// compareFigures compares two JSON values.
func compareFigures(name string, a, b any, tolerance float64, differences *[]string) {
	switch a := a.(type) {
	case map[string]any:
		if b, same := b.(map[string]any); same && len(a) == len(b) {
			for _, key := range sortedKeys(a) {
				compareFigures(name+"."+key, a[key], b[key], tolerance, differences)
			}
			return
		}
	case []any:
		if b, same := b.([]any); same && len(a) == len(b) {
			for i := range a {
				compareFigures(fmt.Sprintf("%s[%d]", name, i), a[i], b[i], tolerance, differences)
			}
			return
		}
	case float64:
		if b, same := b.(float64); same && math.Abs(a-b) <= tolerance*max(1, math.Abs(a)) {
			return
		}
	default:
		if a == b {
			return
		}
	}
	*differences = append(*differences, fmt.Sprintf("%s: recorded %v, is %v", name[1:], a, b))
}
