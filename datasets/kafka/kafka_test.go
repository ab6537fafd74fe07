package kafka

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

const partitions = 3

// topic is a topic of a broker in this process.
type topic struct {
	*testing.T
	cluster *kfake.Cluster
	source  Source
}

func newTopic(t *testing.T) *topic {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(partitions, "clicks"))
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return &topic{T: t, cluster: c, source: Source{Brokers: c.ListenAddrs(), Topic: "clicks", Timeout: 5 * time.Second}}
}

func noon(day int) time.Time     { return time.Date(2026, 1, 1+day, 12, 0, 0, 0, time.UTC) }
func midnight(day int) time.Time { return time.Date(2026, 1, 1+day, 0, 0, 0, 0, time.UTC) }

// produce adds records of a day; to partition p = i mod 3, or to the one given.
func (t *topic) produce(day, rows int, to ...int32) {
	t.Helper()
	c, err := kgo.NewClient(kgo.SeedBrokers(t.source.Brokers...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	require.NoError(t, err)
	defer c.Close()
	for i := range rows {
		p := int32(i % partitions)
		if len(to) > 0 {
			p = to[0]
		}
		c.Produce(t.Context(), &kgo.Record{Topic: "clicks", Partition: p, Timestamp: noon(day), Value: fmt.Appendf(nil, "day %d row %d of %d", day, i, p)}, nil)
	}
	require.NoError(t, c.Flush(t.Context()))
}

func (t *topic) at(when time.Time) Position {
	t.Helper()
	p, err := t.source.At(t.Context(), when)
	require.NoError(t, err)
	return p
}

func (t *topic) close(from Position, end time.Time) Position {
	t.Helper()
	p, err := t.source.Close(t.Context(), from, end)
	require.NoError(t, err)
	return p
}

// lines are those between two positions.
func (t *topic) lines(from, to Position) []string {
	t.Helper()
	var b bytes.Buffer
	rows, err := t.source.WriteLines(t.Context(), &b, from, to)
	require.NoError(t, err)
	list := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if b.Len() == 0 {
		list = nil
	}
	require.Len(t, list, rows)
	return list
}

func TestDaysByTimestamp(t *testing.T) {
	k := newTopic(t)
	for day := range 3 {
		k.produce(day, 3000)
	}
	from := k.at(midnight(1))
	to := k.close(from, midnight(2))
	lines := k.lines(from, to)
	require.Len(t, lines, 3000)
	var want []string // row i is of partition i mod 3, so the rounds have the order of the rows
	for i := range 3000 {
		want = append(want, fmt.Sprintf("day 1 row %d of %d", i, i%3))
	}
	require.Equal(t, want, lines)
	require.Equal(t, lines, k.lines(from, to), "the same bytes again")
	require.Empty(t, k.lines(to, to))
}

// Next finds the time of the first record of all partitions; ListOffsets has it by partition.
func TestTheTimeOfTheNextRecord(t *testing.T) {
	k := newTopic(t)
	_, first, err := k.source.Next(t.Context(), time.Unix(0, 0))
	require.NoError(t, err)
	require.True(t, first.IsZero(), "the topic is empty")
	k.produce(3, 1, 0)
	k.produce(1, 5, 2)
	for day, want := range map[int]time.Time{0: noon(1), 1: noon(1), 2: noon(3), 3: noon(3), 4: {}} {
		p, first, err := k.source.Next(t.Context(), midnight(day))
		require.NoError(t, err)
		require.Equal(t, want, first)
		require.Equal(t, k.at(midnight(day)), p)
	}
}

// Positions as JSON go on where they were; partitions without records on a day are a part of them. What is late belongs to
// the next day: nothing is lost, and nothing comes twice.
func TestNoRecordIsLostOrComesTwice(t *testing.T) {
	k := newTopic(t)
	k.produce(0, 100, 2)
	position, seen := k.at(midnight(0)), map[string]int{}
	require.Equal(t, []int64{0, 0, 0}, position.Offsets)
	for day := range 4 {
		end := k.close(position, midnight(day+1))
		if day == 1 {
			k.produce(0, 10, 0) // late: day 0 is closed
			k.produce(1, 5, 2)  // late, too: after the end of day 1 was asked for
		}
		for _, line := range k.lines(position, end) {
			seen[line]++
		}
		text, err := json.Marshal(end)
		require.NoError(t, err)
		position = Position{}
		require.NoError(t, json.Unmarshal(text, &position))
		k.produce(day+1, 300)
	}
	for _, line := range k.lines(position, k.close(position, midnight(10))) {
		seen[line]++
	}
	total := 0
	for _, n := range seen {
		total += n
	}
	require.Equal(t, 100+10+5+4*300, total)
	require.Equal(t, 2, seen["day 1 row 2 of 2"], "one of them was late")
	require.Len(t, seen, total-1)
}

// One partition has many more records than are kept waiting.
func TestUnequalPartitions(t *testing.T) {
	k := newTopic(t)
	k.produce(0, 8*pollMax, 1)
	k.produce(0, 30, 2)
	k.produce(0, 7, 0)
	lines := k.lines(k.at(midnight(0)), k.at(midnight(1)))
	require.Len(t, lines, 8*pollMax+37)
	require.Equal(t, []string{"day 0 row 0 of 0", "day 0 row 0 of 1", "day 0 row 0 of 2", "day 0 row 1 of 0"}, lines[:4])
	require.Equal(t, fmt.Sprintf("day 0 row %d of 1", 8*pollMax-1), lines[len(lines)-1])
}

func TestNewPartitionsBeginAtTheirBeginning(t *testing.T) {
	k := newTopic(t)
	k.produce(0, 30)
	from := k.at(midnight(1))
	c, err := kgo.NewClient(kgo.SeedBrokers(k.source.Brokers...))
	require.NoError(t, err)
	defer c.Close()
	_, err = kadm.NewClient(c).CreatePartitions(t.Context(), 2, "clicks")
	require.NoError(t, err)
	k.produce(1, 20, 4)
	to := k.close(from, midnight(2))
	require.Len(t, to.Offsets, 5)
	require.Len(t, k.lines(from, to), 20)
}

// Of a transaction only what was committed counts, and the mark of its end is the last offset.
func TestTransactions(t *testing.T) {
	k := newTopic(t)
	c, err := kgo.NewClient(kgo.SeedBrokers(k.source.Brokers...), kgo.TransactionalID("x"), kgo.DefaultProduceTopic("clicks"),
		kgo.RecordPartitioner(kgo.ManualPartitioner()))
	require.NoError(t, err)
	defer c.Close()
	for i, end := range []kgo.TransactionEndTry{kgo.TryCommit, kgo.TryAbort, kgo.TryCommit, kgo.TryAbort} {
		require.NoError(t, c.BeginTransaction())
		for j := range 5 {
			require.NoError(t, c.ProduceSync(t.Context(), &kgo.Record{Value: fmt.Appendf(nil, "%d %d", i, j)}).FirstErr())
		}
		require.NoError(t, c.EndTransaction(t.Context(), end))
	}
	lines := k.lines(k.at(midnight(0)), k.at(time.Now().Add(time.Hour)))
	require.Len(t, lines, 10)
	for _, line := range lines {
		require.True(t, line[0] == '0' || line[0] == '2', line)
	}
}

func TestKafkaRefuses(t *testing.T) {
	k := newTopic(t)
	k.produce(0, 30)
	from, to := k.at(midnight(0)), k.at(midnight(1))
	fails := func(s Source, from, to Position, want error) {
		t.Helper()
		_, err := s.WriteLines(t.Context(), &bytes.Buffer{}, from, to)
		require.ErrorIs(t, err, want)
		require.ErrorContains(t, err, "datasets: kafka: topic ")
	}
	fails(k.source, to, from, ErrPosition)
	fails(k.source, from, Position{"clicks", to.Offsets[:2]}, ErrPosition)
	fails(k.source, Position{"views", from.Offsets}, to, ErrPosition)
	fails(k.source, Position{"clicks", []int64{-1, 0, 0}}, to, ErrPosition)
	_, err := Source{Topic: "clicks", Brokers: []string{"host:no port"}}.At(t.Context(), noon(0))
	require.ErrorContains(t, err, "datasets: kafka: topic ")
}

func TestATopicThatIsNotThere(t *testing.T) {
	k := newTopic(t)
	_, err := Source{Brokers: k.source.Brokers, Topic: "views"}.At(t.Context(), noon(0))
	require.ErrorIs(t, err, ErrTopic)
	require.ErrorContains(t, err, `topic "views"`)
}

func TestRecordsThatTheBrokerDeleted(t *testing.T) {
	k := newTopic(t)
	k.produce(0, 300)
	from, to := k.at(midnight(0)), k.at(midnight(1))
	c, err := kgo.NewClient(kgo.SeedBrokers(k.source.Brokers...))
	require.NoError(t, err)
	defer c.Close()
	var offsets kadm.Offsets
	offsets.Add(kadm.Offset{Topic: "clicks", Partition: 1, At: 50})
	_, err = kadm.NewClient(c).DeleteRecords(t.Context(), offsets)
	require.NoError(t, err)
	_, err = k.source.WriteLines(t.Context(), &bytes.Buffer{}, from, to)
	require.ErrorIs(t, err, ErrGone)
	require.ErrorContains(t, err, "partition 1")
}

// A broker that dies within a day ends the reading with an error that says where.
func TestABrokerThatDies(t *testing.T) {
	k := newTopic(t)
	k.produce(0, 300)
	from, to := k.at(midnight(0)), k.at(midnight(1))
	to.Offsets[1] += 1000              // which never come
	k.source.Timeout = 2 * time.Second // in which the others must come
	n := 0
	var failure error
	for _, err := range k.source.Records(t.Context(), from, to) {
		if failure = err; err != nil {
			break
		}
		if n++; n == 10 {
			k.cluster.Close()
		}
	}
	require.ErrorContains(t, failure, "partition 1, offset ")
	_, err := k.source.At(t.Context(), noon(0))
	require.ErrorContains(t, err, `topic "clicks": `)
}

// Records that were promised and do not come are an error, not a shorter day.
func TestRecordsThatDoNotCome(t *testing.T) {
	k := newTopic(t)
	k.produce(0, 30)
	from, to := k.at(midnight(0)), k.at(midnight(1))
	to.Offsets[1]++
	k.source.Timeout = 2 * time.Second // in which the others must come
	_, err := k.source.WriteLines(t.Context(), &bytes.Buffer{}, from, to)
	require.ErrorIs(t, err, ErrStalled)
	require.ErrorContains(t, err, "partition 1, offset 10 of 11: ")
}

func TestAnInterruption(t *testing.T) {
	k := newTopic(t)
	k.produce(0, 30)
	from, to := k.at(midnight(0)), k.at(midnight(1))
	to.Offsets[1] += 1000
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := k.source.WriteLines(ctx, &bytes.Buffer{}, from, to)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NotErrorIs(t, err, ErrStalled)
}

type brokenWriter struct{ error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.error }

func TestLinesThatCannotBeWritten(t *testing.T) {
	k := newTopic(t)
	k.produce(0, 30)
	full := errors.New("full")
	_, err := k.source.WriteLines(t.Context(), brokenWriter{full}, k.at(midnight(0)), k.at(midnight(1)))
	require.ErrorIs(t, err, full)

	c, err := kgo.NewClient(kgo.SeedBrokers(k.source.Brokers...), kgo.DefaultProduceTopic("clicks"))
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.ProduceSync(t.Context(), &kgo.Record{Timestamp: noon(1)}, &kgo.Record{Timestamp: noon(1), Value: []byte("a\nb")}).FirstErr())
	_, err = k.source.WriteLines(t.Context(), &bytes.Buffer{}, k.at(midnight(1)), k.at(midnight(2)))
	require.ErrorIs(t, err, ErrLine)
	require.ErrorContains(t, err, "partition ")
}

// What another client writes is read, where that client is installed.
func TestAnotherClient(t *testing.T) {
	kcat, err := exec.LookPath("kcat")
	if err != nil {
		t.Skip("kcat is not installed")
	}
	k := newTopic(t)
	var rows []string
	for i := range 5000 {
		rows = append(rows, `{"click":"`+strconv.Itoa(i%2)+`","site":"s`+strconv.Itoa(i)+`"}`)
	}
	cmd := exec.CommandContext(t.Context(), kcat, "-P", "-b", k.source.Brokers[0], "-t", "clicks")
	cmd.Stdin, cmd.Stderr = strings.NewReader(strings.Join(rows, "\n")), os.Stderr
	require.NoError(t, cmd.Run())
	lines := k.lines(k.at(time.Unix(0, 0)), k.at(time.Now().Add(time.Hour)))
	slices.Sort(lines)
	slices.Sort(rows)
	require.Equal(t, rows, lines)
}
