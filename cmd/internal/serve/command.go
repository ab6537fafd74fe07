package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/spf13/cobra"
)

// options are the flags of "zoo serve".
type options struct {
	catalogs *flags.Catalogs

	from         string
	models       []string
	listen, grpc string
	metrics      string
	otlp         string
	pprof, page  bool
	secure       secureOptions
	limits       serve.Limits
	poll         time.Duration
	otherColumns bool
	verify       string
	precision    *flags.Precision
	drainPause   time.Duration
	drainTime    time.Duration
	logEvery     uint64
	slow         time.Duration
}

// NewCommand makes the verb serve.
func NewCommand(c *flags.Catalogs) *cobra.Command {
	o := options{catalogs: c}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Answer requests for predictions over HTTP and gRPC",
		Long: `Answer requests for predictions over HTTP and gRPC with saved models, by the Open Inference Protocol v2 and by rows of
JSON (V1). A request has the raw values of the columns of the log: they are encoded as training encoded them.

A new checkpoint in the directory of a run, or behind its link "current", replaces the one that is served,
without a failed request. docs/serving.md has the requests.`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&o.from, "from", "", "directory of a run, or of one of its checkpoints; its name is that of the model")
	f.StringArrayVar(&o.models, "model", nil, "NAME=DIR: a model with a name; may be given several times")
	f.StringVar(&o.listen, "listen", "127.0.0.1:8080", "address for HTTP")
	f.StringVar(&o.grpc, "grpc", "127.0.0.1:8081", "address for gRPC; empty: none")
	f.StringVar(&o.metrics, "metrics", "127.0.0.1:8082", "address for the metrics of Prometheus, at /metrics; empty: none")
	f.BoolVar(&o.pprof, "pprof", false, "profiles of the program at /debug/pprof/, beside the metrics")
	f.StringVar(&o.otlp, "otlp", "", "http://HOST:PORT of a collector of OpenTelemetry for the spans of requests; else the environment says (OTEL_...)")
	f.BoolVar(&o.page, "page", true, "a page for browsers at /")
	f.DurationVar(&o.poll, "poll", 10*time.Second, "time between looks for a new checkpoint, new tokens and a new certificate; 0: only on request")
	f.StringVar(&o.verify, "verify", "full", "full: check all bytes of a model before it serves; background: while it serves, unless another version does")
	o.precision = flags.AddModelPrecision(f)
	f.BoolVar(&o.otherColumns, "allow-other-columns", false, "take a new checkpoint that reads other columns, too")
	f.IntVar(&o.limits.Bytes, "max-bytes", 16<<20, "bytes of a request")
	f.IntVar(&o.limits.Samples, "max-samples", 10000, "samples of a request")
	f.IntVar(&o.limits.Requests, "max-requests", 256, "requests at work at a time")
	f.DurationVar(&o.limits.Time, "max-time", 10*time.Second, "time until a request must have arrived")
	f.DurationVar(&o.drainPause, "drain-pause", 2*time.Second, "after SIGTERM: time for a balancer to see that the server is not ready")
	f.DurationVar(&o.drainTime, "drain-time", 30*time.Second, "after the pause: time for the requests at work")
	f.Uint64Var(&o.logEvery, "log-every", 0, "log one request in so many; 0: none")
	f.DurationVar(&o.slow, "log-slow", 200*time.Millisecond, "log requests that take longer; 0: none")
	o.secure.addFlags(f)
	return cmd
}

// verifyModes are the values of --verify.
var verifyModes = map[string]serve.Verify{"full": serve.VerifyFull, "background": serve.VerifyBackground}

func (o *options) check() error {
	switch {
	case o.from == "" && len(o.models) == 0:
		return errors.New("--from: give the directory of a run, or --model NAME=DIR")
	case o.listen == "":
		return errors.New("--listen: give an address, such as 127.0.0.1:8080")
	case o.poll < 0 || o.drainPause < 0 || o.drainTime < 0 || o.slow < 0:
		return errors.New("--poll, --drain-pause, --drain-time and --log-slow must be at least 0")
	case min(o.limits.Bytes, o.limits.Samples, o.limits.Requests) < 1 || o.limits.Time <= 0:
		return errors.New("--max-bytes, --max-samples, --max-requests and --max-time must be above 0")
	}
	if err := checkCollector(o.otlp); err != nil {
		return fmt.Errorf("--otlp: %w", err)
	}
	if _, known := verifyModes[o.verify]; !known {
		return fmt.Errorf("--verify: want full or background, got %.40q", o.verify)
	}
	for _, m := range o.models {
		if name, dir, ok := strings.Cut(m, "="); !ok || name == "" || dir == "" {
			return errors.New("--model: want NAME=DIR, got " + m)
		}
	}
	return o.secure.check(o.listen, o.grpc, o.metrics)
}

func (o *options) run(cmd *cobra.Command) error {
	if err := o.check(); err != nil {
		return ui.Usage(err)
	}
	logger := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
	s, err := o.newService(cmd.Context(), logger)
	if err != nil {
		return err
	}
	defer s.close()
	list, err := o.listeners(s)
	if err != nil {
		return err
	}
	defer list.close()
	if err := o.addModels(s.server); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(cmd.Context())
	defer cancel()
	if o.poll > 0 {
		go s.server.Watch(ctx, o.poll)
		go s.secrets.watch(ctx, o.poll, logger)
	}
	defer ui.Finish(ctx)()
	return o.serve(ctx, s, list)
}

func (o *options) addModels(server *serve.Server) error {
	if o.from != "" {
		if err := server.Add("", o.from); err != nil {
			return err
		}
	}
	for _, m := range o.models {
		name, dir, _ := strings.Cut(m, "=")
		if err := server.Add(name, dir); err != nil {
			return err
		}
	}
	return nil
}
