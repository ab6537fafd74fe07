// Package delta writes the difference between two checkpoints of a model to a file, and makes the second one of the first
// and the file. It reads and writes files, and neither trains nor predicts.
//
// A delta holds, for each table, the rows whose bits changed and the list of the rows that died, which are those that became
// zero; for each vocabulary the values that left, those that came and the counts that changed; the dense weights that changed;
// and the SHA-256 of the model that it starts from. The rest is as it was there. What Apply makes has the bytes that
// predict.Trained.Save writes of the second checkpoint, and is read by predict.Load. It has no state of a solver: it is for those
// who predict.
//
// A snapshot is a delta that starts from nothing. It holds the rows that are not zero.
//
// The file is one of safetensors, which other languages read, too:
//
//	about                 JSON: what the result is, and what the delta starts from
//	weights/NAME          a dense weight that changed
//	rows/TABLE/live       the rows that changed, in the table of the second checkpoint: first row and length of each run
//	rows/TABLE/values     their values
//	rows/TABLE/dead       the rows that became zero, in the same way
//	values/N/...          the changes of the vocabulary of field N, and for numbers values/N/scale
//	sha256                of all the others
package delta
