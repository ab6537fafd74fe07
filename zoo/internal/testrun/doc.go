// Package testrun has small sets of data and small runs for the tests of the packages below zoo. No program uses it.
package testrun
