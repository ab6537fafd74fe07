// Package rawlog reads the files of click logs as records: CSV, TSV, JSON lines, libsvm and Parquet,
// packed or not.
//
// A Format describes the files, and Open returns their Log, which yields one Record for each sample.
// Records hold text. This package does not know what the columns mean: package schema describes it,
// and package encode turns records into ids.
//
// A new format is a file of this package and a row in the table of formats; see format.go.
package rawlog
