package metrics

import "math"

func calibration() Metric {
	return Metric{Name: "calibration", Decimals: 3, Measure: ofWhole(func(p Predictions) float64 { return p.calibration() })}
}

// Calibration returns the mean prediction divided by the mean label (0 or 1): 1 is right. It is NaN if no label is 1,
// or if there are not as many of both.
func Calibration(logits, labels []float32) float64 {
	return calibration().Measure(Predictions{Logits: logits, Labels: labels})
}

func (p *Predictions) calibration() float64 {
	var predictions float64
	for i := range p.Logits {
		predictions += p.Weight(i) * p.probability(int32(i))
	}
	_, clicks := p.totals()
	if clicks == 0 {
		return math.NaN()
	}
	return predictions / clicks
}

// calibrationBins is how many bins of predictions the expected calibration error has.
const calibrationBins = 100

// expectedCalibrationError is the mean over the samples of the distance between mean prediction and mean label in their
// bin. The bins are 100, as wide as each other in probability; CTR papers use as many, since most predictions are small.
func expectedCalibrationError() Metric {
	return Metric{Name: "ece", Title: "ECE", Goal: Lower, Measure: ofWhole(func(p Predictions) float64 {
		var surplus [calibrationBins]float64 // of the predictions over the labels
		for i := range p.Logits {
			x := p.probability(int32(i))
			if math.IsNaN(x) {
				return x
			}
			bin := min(int(x*calibrationBins), calibrationBins-1)
			surplus[bin] += p.Weight(i) * (x - float64(p.Labels[i]))
		}
		var sum float64
		for _, s := range surplus {
			sum += math.Abs(s)
		}
		all, _ := p.totals()
		return sum / all
	})}
}
