// Package periods cuts a log into periods of one length, such as days, by a column of times. It reads the log once, from its
// beginning to its end, and keeps the rows of one period at a time, on the disk.
package periods
