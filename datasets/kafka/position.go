package kafka

import (
	"errors"
	"fmt"
)

// Errors of a source wrap these.
var (
	ErrTopic    = errors.New("there is no such topic")
	ErrPosition = errors.New("the positions do not fit")
	ErrGone     = errors.New("the broker no longer has the records")
	ErrStalled  = errors.New("nothing comes from the brokers")
	ErrLine     = errors.New("the record is more than one line")
)

// Position is a place in a topic. It has an offset for every partition, also for those without records.
type Position struct {
	Topic   string  `json:"topic"`
	Offsets []int64 `json:"offsets"` // by partition, of the next record
}

// IsAfter reports whether there is anything between an earlier position of the topic and this one.
func (p Position) IsAfter(earlier Position) bool {
	for i, offset := range p.Offsets {
		if i >= len(earlier.Offsets) && offset > 0 || i < len(earlier.Offsets) && offset > earlier.Offsets[i] {
			return true
		}
	}
	return false
}

// latest returns the later offset of each partition. A partition that the earlier position does not have is new.
func (p Position) latest(earlier Position) Position {
	out := Position{p.Topic, append([]int64(nil), p.Offsets...)}
	for i := range out.Offsets {
		if i < len(earlier.Offsets) {
			out.Offsets[i] = max(out.Offsets[i], earlier.Offsets[i])
		}
	}
	return out
}

// follows returns an error if a position is not one of the topic, at or after an earlier one.
func (p Position) follows(topic string, earlier Position) error {
	switch {
	case p.Topic != topic || earlier.Topic != topic:
		return fmt.Errorf("%w: of topics %q and %q", ErrPosition, earlier.Topic, p.Topic)
	case len(p.Offsets) < len(earlier.Offsets):
		return fmt.Errorf("%w: of %d and %d partitions", ErrPosition, len(earlier.Offsets), len(p.Offsets))
	}
	for i, offset := range earlier.Offsets {
		if offset < 0 || offset > p.Offsets[i] {
			return fmt.Errorf("%w: partition %d from offset %d to %d", ErrPosition, i, offset, p.Offsets[i])
		}
	}
	return nil
}
