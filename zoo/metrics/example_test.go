package metrics_test

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// accuracy is a metric of one's own. In train.Run.Metrics it is measured after every epoch, and the monitor
// "valid_accuracy" finds the best one.
func accuracy() metrics.Metric {
	return metrics.Metric{Name: "accuracy", Goal: metrics.Higher, Measure: func(p metrics.Predictions) float64 {
		right := 0
		for i, logit := range p.Logits {
			if (logit > 0) == (p.Labels[i] == 1) {
				right++
			}
		}
		return float64(right) / float64(len(p.Logits))
	}}
}

func ExampleMeasure() {
	p := metrics.Predictions{Logits: []float32{-1, 2, 0.5, -0.5}, Labels: []float32{0, 1, 0, 0}}
	figures := metrics.Measure(p, append(metrics.Default(), accuracy())...)
	fmt.Printf("AUC %.2f, accuracy %.2f\n", figures.AUC(), figures.Value("accuracy"))
	fmt.Println(metrics.Monitors(append(metrics.Default(), accuracy())))
	// Output:
	// AUC 1.00, accuracy 0.75
	// [valid_auc valid_logloss valid_accuracy]
}
