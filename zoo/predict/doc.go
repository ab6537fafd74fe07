// Package predict uses trained models: it loads and saves them, predicts, evaluates, and inspects what is in them. It
// trains nothing.
//
//	trained, err := predict.Load("run")
//	predictor, err := trained.Predictor()
//	err = predictor.Predict(probabilities, batch)
package predict
