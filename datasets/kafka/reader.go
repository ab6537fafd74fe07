package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// reader reads a partition. It has a client of its own, so that the brokers send no more of a partition than is taken, while
// another one is waited for.
type reader struct {
	source    Source
	partition int32
	next, end int64       // offsets: of what comes next, and of what is not wanted any more
	client    *kgo.Client // nil until it is needed
	waiting   []*kgo.Record
}

// pollMax is the most records to ask for at a time.
const pollMax = 1 << 12

// record returns the next record; nil if there is none before the end.
func (r *reader) record(ctx context.Context) (*kgo.Record, error) {
	for len(r.waiting) == 0 {
		if r.next >= r.end {
			return nil, nil
		}
		if err := r.poll(ctx); err != nil {
			return nil, err
		}
	}
	record := r.waiting[0]
	r.waiting = r.waiting[1:]
	return record, nil
}

// poll waits for records.
func (r *reader) poll(ctx context.Context) error {
	if err := r.open(); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, r.source.timeout())
	defer cancel()
	fetches := r.client.PollRecords(limited, pollMax)
	if failures := fetches.Errors(); len(failures) > 0 {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("partition %d, offset %d of %d: %w", r.partition, r.next, r.end, r.reason(failures[0].Err))
	}
	fetches.EachRecord(r.take)
	return nil
}

// reason adds to an error of the client what it means.
func (r *reader) reason(err error) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w for %v", ErrStalled, r.source.timeout())
	case errors.Is(err, kerr.OffsetOutOfRange):
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	return err
}

// take adds a record to those that wait, if it is wanted.
func (r *reader) take(record *kgo.Record) {
	if record.Offset < r.end && !record.Attrs.IsControl() {
		r.waiting = append(r.waiting, record)
	}
	r.next = record.Offset + 1
}

func (r *reader) open() (err error) {
	if r.client != nil {
		return nil
	}
	from := map[string]map[int32]kgo.Offset{r.source.Topic: {r.partition: kgo.NewOffset().At(r.next)}}
	r.client, err = r.source.client(kgo.ConsumePartitions(from), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumeResetOffset(kgo.NoResetOffset()), // lost records are an error
		kgo.KeepControlRecords())                    // the last offset of a partition may be that of one
	return err
}

func (r *reader) close() {
	if r.client != nil {
		r.client.Close()
	}
}
