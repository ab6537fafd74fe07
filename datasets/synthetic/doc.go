// Package synthetic draws click logs from click probabilities that are known: one log as a Set of ids,
// and logs in the shape of known data sets as text. It reads no data.
package synthetic
