package embeddings

import (
	"context"
	"encoding/hex"
	"errors"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

func TestRedis(t *testing.T) {
	m := trained(t, 1, values)
	server := miniredis.RunT(t)
	report, err := ToRedis(t.Context(), "redis://"+server.Addr(), m, Options{}, RedisOptions{TTL: time.Hour})
	require.NoError(t, err)
	require.Equal(t, &Report{Rows: 11, Zeros: 1, Dim: dim}, report)
	require.Len(t, server.Keys(), 11, "without the progress")
	for _, r := range all(t, m) {
		key := (&redisExport{RedisOptions: RedisOptions{Prefix: "emb:"}}).key(&r)
		require.Equal(t, string(offheap.Bytes(r.Vector)), server.HGet(key, "v"), key)
		require.Equal(t, strconv.Itoa(r.ID), server.HGet(key, "id"))
		require.Equal(t, strconv.Itoa(r.Count), server.HGet(key, "count"))
		require.Equal(t, time.Hour, server.TTL(key))
	}
	require.True(t, server.Exists("emb:a"), "out of vocabulary")
	require.True(t, server.Exists("emb:a:"), "the empty value")
	require.True(t, server.Exists("emb:bucket:0"))
}

// many are so many values that they take several trips.
func many(n int) (list []string) {
	for i := range n {
		list = append(list, "v"+strconv.Itoa(i))
	}
	return append(list, "dead")
}

// An export that was cut off goes on where it was, and only there.
func TestRedisResumes(t *testing.T) {
	m := trained(t, 1, many(3500))
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer client.Close()
	ctx, cancel := context.WithCancel(t.Context())
	rows, _, err := rowsOf(m, Options{})
	require.NoError(t, err)
	e := &redisExport{client: client, RedisOptions: RedisOptions{Prefix: "emb:"}, model: identify(m, Options{})}
	n := 0
	err = e.run(ctx, func(yield func(row) bool) {
		for r := range rows {
			if n++; n == 2500 {
				cancel()
			}
			if !yield(r) {
				return
			}
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 2000, e.done)
	require.Len(t, server.Keys(), 2001)

	server.Del("emb:a:v0") // is not written again
	_, err = ToRedis(t.Context(), "redis://"+server.Addr(), m, Options{}, RedisOptions{Resume: true})
	require.NoError(t, err)
	require.False(t, server.Exists("emb:a:v0"))
	require.False(t, server.Exists("emb::progress"))
	require.Len(t, server.Keys(), 3500+1+5-1)
	_, err = ToRedis(t.Context(), "redis://"+server.Addr(), m, Options{}, RedisOptions{Resume: true})
	require.NoError(t, err)
	require.True(t, server.Exists("emb:a:v0"), "there was nothing to go on with")
}

func TestRedisRefuses(t *testing.T) {
	m := trained(t, 1, values)
	_, err := ToRedis(t.Context(), "localhost:1", m, Options{}, RedisOptions{})
	require.ErrorContains(t, err, "redis")
	_, err = ToRedis(t.Context(), "redis://127.0.0.1:1", m, Options{}, RedisOptions{})
	require.ErrorContains(t, err, "127.0.0.1:1 after 0 rows")
	_, err = ToRedis(t.Context(), "redis://127.0.0.1:1", m, Options{Fields: []string{"z"}}, RedisOptions{})
	require.ErrorContains(t, err, `no field "z"`)
	m.Fields[3].Name = "a:b"
	_, err = ToRedis(t.Context(), "redis://127.0.0.1:1", m, Options{}, RedisOptions{})
	require.True(t, errors.Is(err, ErrKey))
	require.ErrorContains(t, err, `"a:b"`)
}

// The server and the client are those of Debian's packages redis-server and redis-tools.
func TestARealRedisServer(t *testing.T) {
	for _, program := range []string{"redis-server", "redis-cli"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	port := freePort(t)
	server := exec.Command("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", t.TempDir())
	require.NoError(t, server.Start())
	defer func() {
		require.NoError(t, server.Process.Kill())
		server.Wait()
	}()
	url := "redis://127.0.0.1:" + port + "/3"
	require.Eventually(t, func() bool {
		return exec.Command("redis-cli", "-p", port, "ping").Run() == nil
	}, 5*time.Second, 20*time.Millisecond)

	m := trained(t, 1, values)
	_, err := ToRedis(t.Context(), url, m, Options{}, RedisOptions{Prefix: "test:"})
	require.NoError(t, err)
	ask := func(args ...string) string {
		out, err := exec.Command("redis-cli", append([]string{"-p", port, "-n", "3"}, args...)...).Output()
		require.NoError(t, err)
		return strings.TrimSuffix(string(out), "\n")
	}
	require.Equal(t, "11", ask("dbsize"))
	const hexOf = `local v = redis.call('hget', KEYS[1], 'v'); return (v:gsub('.', function(c) return string.format('%02x', c:byte()) end))`
	for _, value := range []string{"plain", "ü, \"quoted\"", "two words", ""} {
		require.Equal(t, hex.EncodeToString(offheap.Bytes(rowOf(t, m, "a", value))), ask("eval", hexOf, "1", "test:a:"+value), value)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	return port
}
