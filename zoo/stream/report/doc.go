// Package report shows streams of days as tables and curves: one HTML page, and an overview as SVG. It reads what the days
// were recorded as, and runs nothing.
package report
