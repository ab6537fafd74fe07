// Package testset looks at the samples of sources, for the tests of several packages.
package testset
