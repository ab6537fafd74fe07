// Package feed finds the days that a stream trains, and gives each one when it is complete: files that patterns match, or the
// periods of a log. Days of a Kafka topic are in package topic.
package feed
