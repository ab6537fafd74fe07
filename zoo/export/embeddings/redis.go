package embeddings

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/redis/go-redis/v9"
)

// RedisOptions say how embeddings go to Redis. Zero fields mean their defaults.
type RedisOptions struct {
	Prefix string        // of all keys; default "emb:"
	TTL    time.Duration // how long they live; default: for ever
	// Resume goes on after the last rows that an export of the same model, which was interrupted, has written.
	Resume bool
}

const (
	defaultPrefix = "emb:"
	rowsPerTrip   = 1000           // rows of a pipeline
	progressLife  = 24 * time.Hour // of the key with what is written already
)

// ErrKey is wrapped by the error of a field whose name cannot be in a key.
var ErrKey = errors.New("cannot be part of a key of Redis")

// ToRedis writes embeddings to the Redis at a URL, redis://[[user]:password@]host:port/database. A row is a hash,
//
//	PREFIX FIELD : VALUE   v: the float32 values, little endian; id; count
//
// without the spaces. The row of values out of vocabulary has the key PREFIX FIELD; a bucket has its id as value. While it
// writes, the key PREFIX :progress has the number of rows that are written, and of what model.
func ToRedis(ctx context.Context, url string, t *predict.Trained, o Options, how RedisOptions) (*Report, error) {
	rows, report, err := rowsOf(t, o)
	if err != nil {
		return nil, err
	}
	settings, err := redis.ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("embeddings: %w", err)
	}
	if how.Prefix == "" {
		how.Prefix = defaultPrefix
	}
	for _, f := range t.Fields {
		if strings.Contains(f.Name, ":") {
			return nil, fmt.Errorf("embeddings: the field %q %w: it has a colon", f.Name, ErrKey)
		}
	}
	client := redis.NewClient(settings)
	defer client.Close()
	e := &redisExport{client: client, RedisOptions: how, model: identify(t, o)}
	if err := e.run(ctx, rows); err != nil {
		return nil, fmt.Errorf("embeddings: %s after %d rows: %w", settings.Addr, e.done, err)
	}
	return report, nil
}

// identify describes what is exported, so that another export does not go on with it.
func identify(t *predict.Trained, o Options) string {
	return fmt.Sprintf("%s, table %q, fields %q, zeros %v", t.Path, o.Table, o.Fields, o.Zeros)
}

// redisExport is an export to Redis that is going on.
type redisExport struct {
	RedisOptions
	client *redis.Client
	model  string // what is exported
	done   int    // rows that are written
}

func (e *redisExport) progress() string { return e.Prefix + ":progress" }

func (e *redisExport) run(ctx context.Context, rows iter.Seq[row]) error {
	skip, err := e.written(ctx)
	if err != nil {
		return err
	}
	pipe := e.client.Pipeline()
	at := 0
	for r := range rows {
		if at++; at <= skip {
			continue
		}
		key := e.key(&r)
		pipe.HSet(ctx, key, "v", offheap.Bytes(r.Vector), "id", r.ID, "count", r.Count)
		if e.TTL > 0 {
			pipe.Expire(ctx, key, e.TTL)
		}
		if at%rowsPerTrip == 0 {
			if err := e.flush(ctx, pipe, at); err != nil {
				return err
			}
		}
	}
	if err := e.flush(ctx, pipe, at); err != nil {
		return err
	}
	return e.client.Del(ctx, e.progress()).Err()
}

// flush sends what is in the pipeline, and how many rows are then written.
func (e *redisExport) flush(ctx context.Context, pipe redis.Pipeliner, rows int) error {
	pipe.HSet(ctx, e.progress(), "model", e.model, "rows", rows)
	pipe.Expire(ctx, e.progress(), progressLife)
	if _, err := pipe.Exec(ctx); err != nil {
		return err
	}
	e.done = rows
	return nil
}

// written returns how many rows an earlier export of the same model has written.
func (e *redisExport) written(ctx context.Context) (int, error) {
	if !e.Resume {
		return 0, e.client.Ping(ctx).Err()
	}
	var last struct {
		Model string `redis:"model"`
		Rows  int    `redis:"rows"`
	}
	if err := e.client.HGetAll(ctx, e.progress()).Scan(&last); err != nil {
		return 0, err
	}
	if last.Model != e.model {
		return 0, nil
	}
	e.done = last.Rows
	return last.Rows, nil
}

func (e *redisExport) key(r *row) string {
	if r.isUnknown() {
		return e.Prefix + r.field
	}
	return e.Prefix + r.field + ":" + r.text()
}
