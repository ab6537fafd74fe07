// Package known has the data sets that are known by name: their schemas, and how their files are read.
//
//   - synthetic: the log of synthetic.Open
//   - avazu: the training file of the contest; see Avazu. Splits: day (default), chronological, random
//   - ipinyou: the folders of the contest; see IPinYou. Splits: official (default if there are official
//     test files), chronological
//   - ipinyou-libsvm: the same logs in libsvm form; see IPinYouLibsvm. The files have no times: give those
//     of each part
//   - lzd: a log of sponsored search; see LZD. Splits: day (default), chronological, random
//   - amazon, amazon-last: the reviews of a category of Amazon and the meta file of its items, as lists or
//     as the last two items. Splits: last (default), last-two. Negatives: uniform (default), popular
//
// The split day has the last day for the test part; chronological is 8:1:1 by time, random 8:1:1 by row.
//
// A Catalog holds an Entry for each of them. A new data set is a file of this package and a line of All; a
// data set of one's own is an Entry, added with Catalog.With.
package known
