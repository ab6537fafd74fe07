// Package drift has the statistics by which the values of a log's fields on one day are compared with those of the
// days before. It reads no files and keeps no rows.
//
// A Day counts the values of a day while its records go by, see Day.Tap. A Window has the counts of the last seven
// days; it is small, JSON can hold it, and everything is counted in whole numbers, so that a program that was
// killed goes on with the same figures. The steps of a day are:
//
//	day := drift.NewDay(schema, drift.Known(encoding)) // what was known in the evening before
//	log = day.Tap(log)                                 // then read the log
//	figures, err := window.Compare(day.Counts())
//	window.Add(day.Counts())
package drift
