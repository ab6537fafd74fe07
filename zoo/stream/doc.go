// Package stream trains a model day after day: it evaluates yesterday's model on a day before it trains it, lets the rows
// leave that nothing is left of, and publishes the model of the day. It trains by package train, and keeps each day as a
// run of its own.
package stream
