// Package testlog has the logs that tests of several packages read.
package testlog
