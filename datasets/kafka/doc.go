// Package kafka reads the records of a Kafka topic by days, from whatever brokers speak its protocol. It knows nothing of
// what is in a record, and joins no consumer group: who reads keeps the position.
//
// A day is what lies between two positions, and a position has an offset for every partition:
//
//	from, err := source.At(ctx, midnight)             // once, at the beginning
//	to, err := source.Close(ctx, from, nextMidnight)  // when the day is over; keep it before reading
//	rows, err := source.WriteLines(ctx, file, from, to)
//
// and the next day begins where this one ended. So no record is lost, and none comes twice. A record that comes after its
// day was closed belongs to the next one. Records of one partition come in their order, and the partitions in a fixed round,
// so that the same two positions always give the same bytes.
package kafka
