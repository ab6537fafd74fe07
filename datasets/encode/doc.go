// Package encode turns the records of a raw log into ids and numbers.
//
// Encode reads a log once: it numbers the values of the fields as they come up, keeps the samples in a
// Spool, and learns the vocabularies and scales from the training part only. Encoded.Pour then gives
// the samples with their final ids to a Sink for each part. Open does this in memory; package prepared
// writes a folder in the same way.
//
// ReadRows reads raw samples of files with the Encoding of a set that was learned before, and a RowEncoder encodes samples in
// memory, such as those of a request.
package encode
