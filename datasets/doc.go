// Package datasets has the types that all code about data shares: Source and Batch, Field, Set,
// Vocabulary, Encoding and Share. It reads no files itself.
//
// A Set has a Source for each part. A Source gives batches of ids; it can be gone through any number of
// times, in order or shuffled by a generator that is passed in. Ids are integers all the way. Row 0 of
// every field is for values out of vocabulary, those below the field's min_count and those that do not
// occur in the training part, so that an unseen value never fails.
//
// Four packages open a Set:
//
//   - encode.Open reads a raw log of one's own, which a schema describes;
//   - known.Catalog.Open reads a known data set by its name;
//   - prepared.Open opens a folder that was written from one of these;
//   - synthetic.Open draws a log whose true click probabilities are known.
//
// Each takes a context first and options last, whose zero value is the default of all of them.
//
// Package ablate leaves fields and rare values out of a Set that is open.
//
// Below them, rawlog reads files as records, schema describes their columns, and draft guesses a schema.
package datasets
