// Package topic finds the days of a Kafka topic for a stream, by the timestamps of its records. Only who imports it has the Kafka
// client in a program.
package topic
