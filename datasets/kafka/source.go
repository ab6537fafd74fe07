package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Source is a topic. Brokers and Topic are required.
type Source struct {
	Brokers []string // as host:port, at least one of the cluster
	Topic   string
	// Timeout is how long nothing may come before that is an ErrStalled. Default 30 s.
	Timeout time.Duration
	// Options of the client, such as those of TLS and SASL.
	Options []kgo.Opt
}

const defaultTimeout = 30 * time.Second

func (s Source) timeout() time.Duration {
	if s.Timeout > 0 {
		return s.Timeout
	}
	return defaultTimeout
}

// client returns a client of the brokers. It does not connect yet.
func (s Source) client(options ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append(append([]kgo.Opt{kgo.SeedBrokers(s.Brokers...)}, s.Options...), options...)...)
}

// fail says which topic an error is of.
func (s Source) fail(err error) error {
	return fmt.Errorf("datasets: kafka: topic %q: %w", s.Topic, err)
}

// At returns the position of the first records whose timestamps are at t or later; in a partition without such records it
// is the end. The mark that ends a transaction counts as a record, and has the time of the broker: a topic with transactions
// can be read by days only if its records have their times from the broker's present.
func (s Source) At(ctx context.Context, t time.Time) (Position, error) {
	p, _, err := s.Next(ctx, t)
	return p, err
}

// Next is At, and also returns the time of the earliest of these records; the zero time if there are none.
func (s Source) Next(ctx context.Context, t time.Time) (Position, time.Time, error) {
	p, first, err := s.next(ctx, t)
	if err != nil {
		return Position{}, time.Time{}, s.fail(err)
	}
	return p, first, nil
}

func (s Source) next(ctx context.Context, t time.Time) (p Position, first time.Time, err error) {
	c, err := s.client()
	if err != nil {
		return p, first, err
	}
	defer c.Close()
	limited, cancel := context.WithTimeoutCause(ctx, s.timeout(), ErrStalled)
	defer cancel()
	listed, err := kadm.NewClient(c).ListOffsetsAfterMilli(limited, t.UnixMilli(), s.Topic)
	if err != nil {
		return p, first, errors.Join(context.Cause(limited), err)
	}
	p = Position{Topic: s.Topic, Offsets: make([]int64, len(listed[s.Topic]))}
	if len(p.Offsets) == 0 {
		return p, first, ErrTopic
	}
	for partition, o := range listed[s.Topic] {
		switch {
		case partition < 0:
			return p, first, fmt.Errorf("%w: %w", ErrTopic, o.Err)
		case o.Err != nil:
			return p, first, fmt.Errorf("partition %d: %w", partition, o.Err)
		case int(partition) >= len(p.Offsets) || o.Offset < 0:
			return p, first, fmt.Errorf("%w: partition %d has offset %d", ErrPosition, partition, o.Offset)
		}
		p.Offsets[partition] = o.Offset
		if at := time.UnixMilli(o.Timestamp); o.Timestamp >= 0 && (first.IsZero() || at.Before(first)) {
			first = at.UTC()
		}
	}
	return p, first, nil
}

// Close returns where a day ends that begins at a position: at the first records whose timestamps are at end or later, but in
// no partition before its beginning. To close it later than end, by as much as records may be late, lets these belong to
// it as far as they come before the first ones of the next day.
func (s Source) Close(ctx context.Context, from Position, end time.Time) (Position, error) {
	p, err := s.At(ctx, end)
	if err != nil {
		return Position{}, err
	}
	p = p.latest(from)
	if err := p.follows(s.Topic, from); err != nil {
		return Position{}, s.fail(err)
	}
	return p, nil
}
