// Package browser drives Chromium for the tests of pages: it opens them, reads and clicks, and asserts that they can be read on a desk and
// on a telephone. No program uses it.
package browser
