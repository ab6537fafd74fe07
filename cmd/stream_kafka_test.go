package cmd

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// clicks produces some days of records to a broker in this process, and writes the same as files, in the round of the partitions.
func clicks(t *testing.T, days int) (address, files, schema string) {
	t.Helper()
	const partitions = 2
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(partitions, "clicks"))
	require.NoError(t, err)
	t.Cleanup(c.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	require.NoError(t, err)
	defer client.Close()
	folder := t.TempDir()
	for day := range days {
		var text bytes.Buffer
		at := time.Date(2020, 3, 1+day, 9, 0, 0, 0, time.UTC)
		for row := range 400 {
			value := fmt.Appendf(nil, `{"click":%d,"user":"u%d"}`, row%7/5, (row*row+day)%50)
			client.Produce(t.Context(), &kgo.Record{Topic: "clicks", Partition: int32(row % partitions), Timestamp: at, Value: value}, nil)
			text.Write(append(value, '\n'))
		}
		require.NoError(t, os.WriteFile(filepath.Join(folder, at.Format(time.DateOnly)+".jsonl"), text.Bytes(), 0o600))
	}
	require.NoError(t, client.Flush(t.Context()))
	schema = filepath.Join(folder, "schema.yaml")
	require.NoError(t, os.WriteFile(schema, []byte("label: click\nfields: [{name: user}]\n"), 0o600))
	return c.ListenAddrs()[0], filepath.Join(folder, "*.jsonl"), schema
}

// A stream of a topic ends with the bytes of one of the same rows as files, also if it is interrupted within days.
func TestStreamOfATopic(t *testing.T) {
	address, files, schema := clicks(t, 3)
	stream := func(run string, more ...string) []string {
		return append(append([]string{"stream", "--schema", schema, "--out", run, "--half-life", "2days"}, small...), more...)
	}
	straight, broken := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	code, _, stderr := zooCommand(t, stream(straight, "--days", files)...)
	require.Zero(t, code, stderr)

	of := stream(broken, "--kafka", address+"/clicks", "--checkpoint-every", "3")
	for i := range 4 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(10+40*i)*time.Millisecond)
		Zoo{}.Run(ctx, of, &screen{}, &screen{})
		cancel()
	}
	code, _, stderr = zooCommand(t, of...)
	require.Zero(t, code, stderr)
	require.Contains(t, stderr, "left for another time: day ")
	for _, file := range []string{"vocabulary.safetensors", "epoch-0002-batch-00000000/weights.safetensors", "epoch-0002-batch-00000000/solver.safetensors"} {
		require.Equal(t, read(t, filepath.Join(straight, "current", file)), read(t, filepath.Join(broken, "current", file)), file)
	}
	records := strings.Split(strings.TrimSpace(string(read(t, filepath.Join(broken, "days.jsonl")))), "\n")
	require.Len(t, records, 3)
	require.Contains(t, records[2], `"begin":{"topic":"clicks","offsets":[400,400]},"end":{"topic":"clicks","offsets":[600,600]}`)

	for want, more := range map[string][]string{
		"the positions do not fit":                                           {"--kafka", address + "/views"},
		`topic, such as host1:9092,host2:9092/clicks, got "clicks"`:          {"--kafka", "clicks"},
		`topic, such as host1:9092,host2:9092/clicks, got ",` + address:      {"--kafka", "," + address + "/clicks"},
		`topic, such as host1:9092,host2:9092/clicks, got "` + address + `/`: {"--kafka", address + "/a/b"},
		"--days and --kafka exclude each other":                              {"--days", files},
		"are for files with a --period":                                      {"--period", "1h", "--time-column", "user"},
		"--period must be":                                                   {"--period", "0s"},
	} {
		code, _, stderr := zooCommand(t, append(of, more...)...)
		require.NotZero(t, code)
		require.Contains(t, stderr, want)
	}
	code, _, stderr = zooCommand(t, stream(filepath.Join(t.TempDir(), "c"), "--kafka", address+"/views")...)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, `topic "views": there is no such topic`)
}
