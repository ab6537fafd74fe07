package export

import (
	"fmt"
	"slices"
	"time"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/zoo/export/embeddings"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/spf13/cobra"
)

// embeddingOptions are the flags of "zoo export embeddings".
type embeddingOptions struct {
	paths
	format, table string
	fields        []string
	zeros, resume bool
	ttl           time.Duration
	prefix        string
}

const toRedis = "redis"

func newEmbeddingsCommand(c *flags.Catalogs) *cobra.Command {
	o := embeddingOptions{}
	cmd := &cobra.Command{
		Use:   "embeddings",
		Short: "Write the embeddings of a saved model for vector stores",
		Long: `Write the embeddings of a saved model, with their fields and values. Rows of zeros are left out and counted.

  parquet   field, id, value, count, vector
  npy       a matrix of float32, and beside it a CSV file with field, id, value and count of each row
  word2vec  text: a word and its vector in each line; the word is the value, after FIELD: if there are several fields
  redis     hashes emb:FIELD:VALUE, whose field v is the float32 values, little endian; --out is its URL,
            redis://host:6379/0

  zoo export embeddings --from run --format parquet --out vectors.parquet
  zoo train --embeddings vectors.parquet ...`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd, c) },
	}
	o.add(cmd)
	f := cmd.Flags()
	f.StringVar(&o.format, "format", string(embeddings.Parquet), "parquet, npy, word2vec or redis")
	f.StringVar(&o.table, "table", "", "table to take the rows from; default: the first")
	f.StringSliceVar(&o.fields, "field", nil, "fields to write; default: all that have rows of their own")
	f.BoolVar(&o.zeros, "zeros", false, "write rows of zeros, too")
	f.DurationVar(&o.ttl, "ttl", 0, "redis: how long the keys live; 0: for ever")
	f.StringVar(&o.prefix, "prefix", "emb:", "redis: begin of all keys")
	f.BoolVar(&o.resume, "resume", false, "redis: go on where an interrupted export of the same model was")
	return cmd
}

func (o *embeddingOptions) check(cmd *cobra.Command) error {
	if err := o.paths.check(); err != nil {
		return err
	}
	if !slices.Contains([]string{string(embeddings.Parquet), string(embeddings.NPY), string(embeddings.Word2Vec), toRedis}, o.format) {
		return ui.Usagef("--format: want parquet, npy, word2vec or redis, got %q", o.format)
	}
	for _, name := range []string{"ttl", "prefix", "resume"} {
		if o.format != toRedis && cmd.Flags().Changed(name) {
			return ui.Usagef("--%s is for --format redis", name)
		}
	}
	if o.ttl < 0 {
		return ui.Usagef("--ttl must be at least 0, got %v", o.ttl)
	}
	return nil
}

func (o *embeddingOptions) run(cmd *cobra.Command, c *flags.Catalogs) error {
	if err := o.check(cmd); err != nil {
		return err
	}
	return withModel(c, o.from, func(t *predict.Trained) error {
		what := embeddings.Options{Table: o.table, Fields: o.fields, Zeros: o.zeros}
		var files []string
		var r *embeddings.Report
		var err error
		if o.format == toRedis {
			how := embeddings.RedisOptions{Prefix: o.prefix, TTL: o.ttl, Resume: o.resume}
			r, err = embeddings.ToRedis(cmd.Context(), o.out, t, what, how)
		} else {
			files, r, err = embeddings.Save(o.out, embeddings.Format(o.format), t, what)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%d vectors of %d values; %d rows of zeros left out\n", r.Rows, r.Dim, r.Zeros)
		return wrote(cmd, files...)
	})
}
