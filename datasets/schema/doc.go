// Package schema describes what the columns of a click log are: the label, the fields of the model's
// input, and how the log is divided into parts.
//
// A Schema is read from YAML with Load or Parse. It reads nothing else: package rawlog reads the files
// of a log, and package encode turns their values into ids.
package schema
