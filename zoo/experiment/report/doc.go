// Package report turns the records of experiments into tables, figures and findings: a page, Markdown, and the overview of
// the README. It runs nothing.
package report
