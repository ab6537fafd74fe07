package metrics

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
)

// Figures are the values of metrics over one data set.
type Figures struct {
	Samples   int
	Positives int // samples with label 1
	values    []figure
}

// figure is the value of one metric.
type figure struct {
	name  string
	value float64
}

// reserved are the names in the JSON of Figures that no metric may have.
var reserved = []string{"samples", "positives"}

// Measure returns the figures of predictions by each metric, of which none means Default.
func Measure(p Predictions, list ...Metric) Figures {
	f := Figures{Samples: len(p.Logits)}
	for _, label := range p.Labels {
		f.Positives += int(label)
	}
	for _, m := range OrDefault(list) {
		f.values = append(f.values, figure{m.Name, m.Measure(p)})
	}
	return f
}

// Value returns the value of the metric of a name; NaN if it does not exist or was not measured. Nil figures have none.
func (f *Figures) Value(name string) float64 {
	if f != nil {
		for _, v := range f.values {
			if v.name == name {
				return v.value
			}
		}
	}
	return math.NaN()
}

// AUC returns the value of the metric "auc".
func (f *Figures) AUC() float64 { return f.Value("auc") }

// LogLoss returns the value of the metric "logloss".
func (f *Figures) LogLoss() float64 { return f.Value("logloss") }

// Calibration returns the value of the metric "calibration".
func (f *Figures) Calibration() float64 { return f.Value("calibration") }

// MarshalJSON writes an object: samples, positives, and the value of each metric under its name.
func (f Figures) MarshalJSON() ([]byte, error) {
	out := fmt.Appendf(nil, `{"samples":%d,"positives":%d`, f.Samples, f.Positives)
	for _, v := range f.values {
		name, err := json.Marshal(v.name)
		if err != nil {
			return nil, err
		}
		value, err := number(v.value).MarshalJSON()
		if err != nil {
			return nil, err
		}
		out = append(append(append(append(out, ','), name...), ':'), value...)
	}
	return append(out, '}'), nil
}

// UnmarshalJSON reads what MarshalJSON wrote, in its order.
func (f *Figures) UnmarshalJSON(text []byte) error {
	*f = Figures{}
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("metrics: want an object of figures, got %.40s", text)
	}
	for d.More() {
		name, err := d.Token()
		var value number
		if err == nil {
			err = d.Decode(&value)
		}
		if err != nil {
			return fmt.Errorf("metrics: figures: %w", err)
		}
		switch name {
		case "samples":
			f.Samples = int(value)
		case "positives":
			f.Positives = int(value)
		default:
			f.values = append(f.values, figure{name.(string), float64(value)}) // a name is text
		}
	}
	return nil
}
