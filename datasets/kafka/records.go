package kafka

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"

	"github.com/twmb/franz-go/pkg/kgo"
)

// WriteLines writes the values of the records between two positions, a line each, and returns their number. A value that is
// more than one line is an error that wraps ErrLine; a record without a value is left out.
func (s Source) WriteLines(ctx context.Context, w io.Writer, from, to Position) (rows int, err error) {
	out := bufio.NewWriter(w)
	for r, err := range s.Records(ctx, from, to) {
		switch {
		case err != nil:
			return rows, err
		case len(r.Value) == 0:
			continue
		case bytes.ContainsAny(r.Value, "\r\n"):
			return rows, s.fail(fmt.Errorf("partition %d, offset %d: %w", r.Partition, r.Offset, ErrLine))
		}
		rows++
		out.Write(r.Value)
		if err := out.WriteByte('\n'); err != nil { // which has the error of Write, too
			return rows, s.fail(err)
		}
	}
	if err := out.Flush(); err != nil {
		return rows, s.fail(err)
	}
	return rows, nil
}

// Records yields the records between two positions: one of each partition, then the next one of each, and so on, as long as it
// has some. Of transactions it has what was committed. After an error nothing follows.
func (s Source) Records(ctx context.Context, from, to Position) iter.Seq2[*kgo.Record, error] {
	return func(yield func(*kgo.Record, error) bool) {
		if err := s.records(ctx, from, to, yield); err != nil {
			yield(nil, s.fail(err))
		}
	}
}

func (s Source) records(ctx context.Context, from, to Position, yield func(*kgo.Record, error) bool) error {
	if err := to.follows(s.Topic, from); err != nil {
		return err
	}
	readers := make([]*reader, len(to.Offsets))
	for i, end := range to.Offsets {
		r := &reader{source: s, partition: int32(i), end: end}
		if i < len(from.Offsets) {
			r.next = from.Offsets[i]
		}
		defer r.close()
		readers[i] = r
	}
	for more := true; more; {
		more = false
		for _, r := range readers {
			record, err := r.record(ctx)
			switch {
			case err != nil:
				return err
			case record == nil:
				continue
			case !yield(record, nil):
				return nil
			}
			more = true
		}
	}
	return nil
}
