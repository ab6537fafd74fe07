// Package metrics judges predictions: what a metric is, the metrics of the zoo, the figures of an epoch and of a run, and
// the monitor that finds the best epoch. It trains nothing and predicts nothing.
//
// A Metric is a name and a function of the predictions for a whole data set. A new one is a file and a line of All;
// it then appears in tables, in --json, in monitors, in the history of a run and in reports.
package metrics
