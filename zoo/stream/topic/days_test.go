package topic

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/kafka"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

const partitions = 3

// broker is one in this process, with the topic clicks.
type broker struct {
	*testing.T
	cluster *kfake.Cluster
	address []string
	client  *kgo.Client
}

func newBroker(t *testing.T) *broker {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(partitions, "clicks"))
	require.NoError(t, err)
	t.Cleanup(c.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return &broker{t, c, c.ListenAddrs(), client}
}

// days are those of the topic, in a folder.
func (b *broker) days(folder string) *Days {
	return &Days{
		Source: kafka.Source{Brokers: b.address, Topic: "clicks", Timeout: 300 * time.Millisecond},
		Length: 24 * time.Hour, Folder: folder,
	}
}

// produce adds records with a time, named by the day of the month.
func (b *broker) produce(at time.Time, rows int) {
	b.Helper()
	for i := range rows {
		value := fmt.Appendf(nil, `{"day":%d,"row":%d}`, at.Day(), i)
		b.client.Produce(b.Context(), &kgo.Record{Topic: "clicks", Partition: int32(i % partitions), Timestamp: at, Value: value}, nil)
	}
	require.NoError(b, b.client.Flush(b.Context()))
}

func noon(day int) time.Time { return time.Date(2020, 1, day, 12, 0, 0, 0, time.UTC) }

// one is a day with its rows.
type one struct {
	name   string
	rows   []string
	origin json.RawMessage
}

// some reads at most so many days.
func some(d *Days, ctx context.Context, done json.RawMessage, most int) (list []one, err error) {
	for day, err := range d.After(ctx, done) {
		if err != nil {
			return list, err
		}
		text, err := os.ReadFile(day.Files[0])
		if err != nil {
			return list, err
		}
		list = append(list, one{day.Name, strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"), day.Origin})
		if len(list) == most {
			break
		}
	}
	return list, nil
}

func names(list []one) (names []string) {
	for _, d := range list {
		names = append(names, fmt.Sprint(d.name, " ", len(d.rows)))
	}
	return names
}

// Days without records are none, and what is late belongs to the day after, even if that has no records of its own.
func TestDaysOfATopic(t *testing.T) {
	b := newBroker(t)
	b.produce(noon(1), 30)
	b.produce(noon(2), 4)
	b.produce(noon(9), 20)
	d := b.days(t.TempDir())
	list, err := some(d, t.Context(), nil, -1)
	require.NoError(t, err)
	require.Equal(t, []string{"2020-01-01 30", "2020-01-02 4", "2020-01-09 20"}, names(list))
	require.Equal(t, `{"day":1,"row":0}`, list[0].rows[0])
	require.Equal(t, `{"day":1,"row":29}`, list[0].rows[29])
	require.JSONEq(t, `{"from":"2020-01-02T00:00:00Z","to":"2020-01-03T00:00:00Z",
		"begin":{"topic":"clicks","offsets":[10,10,10]},"end":{"topic":"clicks","offsets":[12,11,11]}}`, string(list[1].origin))

	b.produce(noon(5), 2) // late
	b.produce(noon(12), 1)
	after, err := some(d, t.Context(), list[2].origin, -1)
	require.NoError(t, err)
	require.Equal(t, []string{"2020-01-10 2", "2020-01-12 1"}, names(after), "the tenth is the first day that was not closed")
}

// Where a day ends is decided once: records that come later, and a broker that is gone, do not change it.
func TestADayIsDecidedOnce(t *testing.T) {
	b := newBroker(t)
	b.produce(noon(1), 30)
	b.produce(noon(2), 5)
	b.produce(noon(3), 2)
	folder := t.TempDir()
	first, err := some(b.days(folder), t.Context(), nil, 1) // as if killed while it is trained
	require.NoError(t, err)
	b.produce(noon(1), 3)
	again, err := some(b.days(folder), t.Context(), nil, 1)
	require.NoError(t, err)
	require.Equal(t, first, again)

	second, err := some(b.days(folder), t.Context(), first[0].origin, 1)
	require.NoError(t, err)
	require.Equal(t, []string{"2020-01-02 6"}, names(second), "one of them is late; the others come after records of the third")
	require.NoError(t, os.Remove(filepath.Join(folder, "2020-01-02.jsonl"))) // as if killed before it was fetched
	b.produce(noon(2), 6)
	again, err = some(b.days(folder), t.Context(), first[0].origin, 1)
	require.NoError(t, err)
	require.Equal(t, second, again)

	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 2, "nothing is left of the first day")
	b.cluster.Close()
	again, err = some(b.days(folder), t.Context(), first[0].origin, 1)
	require.NoError(t, err)
	require.Equal(t, second, again, "it needs no broker")
}

// A broker that dies within a day, records that it has dropped, and a topic that is gone: the error names the day, and no part
// of its rows is left.
func TestADayThatCannotBeFetched(t *testing.T) {
	b := newBroker(t)
	b.produce(noon(1), 30)
	b.produce(noon(2), 3000)
	folder := t.TempDir()
	first, err := some(b.days(folder), t.Context(), nil, 1)
	require.NoError(t, err)
	second, err := some(b.days(folder), t.Context(), first[0].origin, 1)
	require.NoError(t, err)
	rows := filepath.Join(folder, "2020-01-02.jsonl")
	require.NoError(t, os.Remove(rows))
	fails := func(want error) {
		t.Helper()
		list, err := some(b.days(folder), t.Context(), first[0].origin, 1)
		require.Empty(t, list)
		require.ErrorContains(t, err, "day 2020-01-02: ")
		require.ErrorContains(t, err, `topic "clicks"`)
		if want != nil {
			require.ErrorIs(t, err, want)
		}
		entries, err := os.ReadDir(folder)
		require.NoError(t, err)
		require.Len(t, entries, 1, "only where it begins and ends")
	}
	admin := kadm.NewClient(b.client)
	var gone kadm.Offsets
	gone.Add(kadm.Offset{Topic: "clicks", Partition: 1, At: 500})
	_, err = admin.DeleteRecords(t.Context(), gone)
	require.NoError(t, err)
	fails(kafka.ErrGone)
	b.cluster.Close()
	fails(nil)

	b = newBroker(t)
	_, err = kadm.NewClient(b.client).DeleteTopics(t.Context(), "clicks")
	require.NoError(t, err)
	fails(nil)
	_, err = some(b.days(t.TempDir()), t.Context(), nil, 1)
	require.ErrorIs(t, err, kafka.ErrTopic)
	_, err = some(b.days(t.TempDir()), t.Context(), second[0].origin, 1)
	require.ErrorIs(t, err, kafka.ErrTopic)
	require.ErrorContains(t, err, "day 2020-01-03: ")
}

// Records that were promised and do not come, since the broker dies when the day has begun to come.
func TestRecordsThatDoNotCome(t *testing.T) {
	b := newBroker(t)
	b.produce(noon(1), 30)
	d := b.days(t.TempDir())
	end, err := d.At(t.Context(), noon(2))
	require.NoError(t, err)
	end.Offsets[2] += 1000 // promised, and never there
	begin := kafka.Position{Topic: "clicks", Offsets: []int64{0, 0, 0}}
	o := &origin{From: noon(1).Truncate(24 * time.Hour), To: noon(2).Truncate(24 * time.Hour), Begin: begin, End: end}
	require.NoError(t, d.keep(o))
	_, err = some(d, t.Context(), nil, 1)
	require.ErrorIs(t, err, kafka.ErrStalled)
	require.ErrorContains(t, err, "day 2020-01-01: ")
	require.ErrorContains(t, err, "partition 2, offset 10 of 1010")
	require.NoFileExists(t, d.file(o))
}

// Who follows gets a day when it is over and the delay has passed.
func TestDaysThatAreNotOver(t *testing.T) {
	b := newBroker(t)
	d := b.days(t.TempDir())
	d.Length, d.Delay = time.Second, time.Hour
	var said []string
	d.OnWait = func(what string) { said = append(said, what) }
	now := time.Now()
	b.produce(now, 3)
	b.produce(now.AddDate(1, 0, 0), 1) // by a clock that is wrong
	list, err := some(d, t.Context(), nil, -1)
	require.NoError(t, err)
	require.Empty(t, list)
	require.Contains(t, said[0], "left for another time: day "+now.UTC().Format("2006-01-02T150405")+" is closed at ")
	d.Follow, d.Delay = true, 200*time.Millisecond
	list, err = some(d, t.Context(), nil, 1)
	require.NoError(t, err)
	require.Equal(t, []string{now.UTC().Format("2006-01-02T150405") + " 3"}, names(list))
	require.GreaterOrEqual(t, time.Since(now.Truncate(time.Second)), 1200*time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	d.Length, d.Folder = time.Hour, t.TempDir()
	_, err = some(d, ctx, nil, 1)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestAnEmptyTopicHasNoDays(t *testing.T) {
	list, err := some(newBroker(t).days(t.TempDir()), t.Context(), nil, -1)
	require.NoError(t, err)
	require.Empty(t, list)
}

// A day that has only records without a value is none, as one without records.
func TestRecordsWithoutAValue(t *testing.T) {
	b := newBroker(t)
	for i, value := range []string{"a", "", "b"} {
		require.NoError(t, b.client.ProduceSync(t.Context(), &kgo.Record{Topic: "clicks", Timestamp: noon(1 + i), Value: []byte(value)}).FirstErr())
	}
	list, err := some(b.days(t.TempDir()), t.Context(), nil, -1)
	require.NoError(t, err)
	require.Equal(t, []string{"2020-01-01 1", "2020-01-03 1"}, names(list))
}

func TestTopicsThatCannotBeDays(t *testing.T) {
	b := newBroker(t)
	for name, known := range map[string][]string{"parquet": {"a"}, "csv": nil, "tsv": nil} {
		d := b.days(t.TempDir())
		d.Format = rawlog.Format{Name: name, Columns: known}
		_, err := some(d, t.Context(), nil, 1)
		require.ErrorIs(t, err, ErrFormat)
	}
	d := b.days(t.TempDir())
	d.Length = time.Millisecond
	_, err := some(d, t.Context(), nil, 1)
	require.ErrorContains(t, err, "whole seconds")
	_, err = some(b.days(t.TempDir()), t.Context(), json.RawMessage(`{"end":{"topic":"views"}}`), 1)
	require.ErrorIs(t, err, kafka.ErrPosition)
	require.ErrorContains(t, err, `of the topic "views"`)
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, planFile), []byte("{"), 0o600))
	_, err = some(b.days(folder), t.Context(), nil, 1)
	require.ErrorContains(t, err, planFile)
}

// What another client produced becomes the rows of days, where that client is installed.
func TestAnotherClient(t *testing.T) {
	kcat, err := exec.LookPath("kcat")
	if err != nil {
		t.Skip("kcat is not installed")
	}
	b := newBroker(t)
	var rows []string
	for i := range 2000 {
		rows = append(rows, fmt.Sprintf(`{"click":%d,"site":"s%d"}`, i%2, i))
	}
	cmd := exec.CommandContext(t.Context(), kcat, "-P", "-b", b.address[0], "-t", "clicks")
	cmd.Stdin, cmd.Stderr = strings.NewReader(strings.Join(rows, "\n")), os.Stderr
	require.NoError(t, cmd.Run())
	d := b.days(t.TempDir())
	d.Length, d.Follow = time.Second, true
	var got []string
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for day, err := range d.After(ctx, nil) {
		require.NoError(t, err)
		text, err := os.ReadFile(day.Files[0])
		require.NoError(t, err)
		if got = append(got, strings.Fields(string(text))...); len(got) >= len(rows) {
			break
		}
	}
	slices.Sort(got)
	slices.Sort(rows)
	require.Equal(t, rows, got)
}
