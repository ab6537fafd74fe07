// Package chart draws the figures of reports, as SVG, and has what all pages with figures share. It knows nothing of
// what the figures show.
package chart
