// Package datasets has the words that everybody speaks who reads data: Source and Batch, Field, Set,
// Vocabulary, Encoding and Share. It reads no files itself.
//
// A Set has a Source for each part. A Source gives batches of ids; it can be gone through any number of
// times, in order or shuffled by a generator that is passed in. Ids are integers all the way. Row 0 of
// every field is for values out of vocabulary, those below the field's min_count and those that do not
// occur in the training part, so that an unseen value never fails.
//
// Four packages open a Set, each with a function Open:
//
//   - encode reads a raw log of one's own, which a schema describes;
//   - known reads a public data set by its name;
//   - prepared opens a folder of Parquet files that was written from either;
//   - synthetic draws a log whose true click probabilities are known.
//
// Below them, rawlog reads files as records, schema describes their columns, and draft guesses a schema.
package datasets
