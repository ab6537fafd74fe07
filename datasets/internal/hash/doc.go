// Package hash has the hash functions of data sets, whose results are stored: they never change.
package hash
