package kafka_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/kafka"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

func ExampleSource() {
	broker, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, "clicks")) // in place of one's own
	if err != nil {
		fmt.Println(err)
		return
	}
	defer broker.Close()
	ctx, source := context.Background(), kafka.Source{Brokers: broker.ListenAddrs(), Topic: "clicks"}
	if err := fill(ctx, source); err != nil {
		fmt.Println(err)
		return
	}

	monday := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	from, err := source.At(ctx, monday)
	if err != nil {
		fmt.Println(err)
		return
	}
	to, err := source.Close(ctx, from, monday.AddDate(0, 0, 1))
	if err != nil {
		fmt.Println(err)
		return
	}
	rows, err := source.WriteLines(ctx, os.Stdout, from, to)
	fmt.Println(rows, "rows", err)
	// Output:
	// {"click":0,"site":"a"}
	// {"click":1,"site":"b"}
	// 2 rows <nil>
}

// fill produces two records on a Monday and one on the Tuesday after it.
func fill(ctx context.Context, s kafka.Source) error {
	c, err := kgo.NewClient(kgo.SeedBrokers(s.Brokers...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		return err
	}
	defer c.Close()
	at := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	return c.ProduceSync(ctx,
		&kgo.Record{Topic: s.Topic, Partition: 0, Timestamp: at, Value: []byte(`{"click":0,"site":"a"}`)},
		&kgo.Record{Topic: s.Topic, Partition: 1, Timestamp: at, Value: []byte(`{"click":1,"site":"b"}`)},
		&kgo.Record{Topic: s.Topic, Partition: 1, Timestamp: at.AddDate(0, 0, 1), Value: []byte(`{"click":0,"site":"c"}`)},
	).FirstErr()
}
