// Package datasets reads click logs and shapes them into batches of ids.
//
// A Schema says what the columns of a log are. Read makes the vocabularies of a Set from its
// training part only: row 0 of every field is for values out of vocabulary, those below the
// field's min_count and those that come up later, so an unseen value never fails. Ids are
// integers all the way. A Source gives batches; it can be gone through any number of times, in
// order or shuffled by a generator that is passed in.
//
// Synthetic makes a log whose true click probabilities are known.
package datasets
