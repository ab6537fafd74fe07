// Package known has the data sets that are known by name: their schemas, and how their files are read.
//
// A Catalog holds Entries. A new data set is a file of this package and a line of All; a data set of
// one's own is an Entry, added with Catalog.With.
package known
